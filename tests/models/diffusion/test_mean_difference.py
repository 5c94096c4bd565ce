"""A direction named after a label must lead to it."""

import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.diffusion.mean_difference import differences, discover
from models.diffusion.walk import Walk
from tests.models.diffusion.subjects import tiny_subject, tiny_walk


def test_mean_difference_is_of_the_extremes_at_every_step() -> None:
    rng = np.random.default_rng(0)
    paths = rng.standard_normal((4, 10, 6)).astype(np.float32)
    scores = np.arange(10.0)
    found = differences(paths, scores, 0.2)
    expected = paths[:, 8:].mean(axis=1) - paths[:, :2].mean(axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_mean_difference_finds_what_was_put_in_and_scores_it() -> None:
    subject = tiny_subject()
    walked = tiny_walk(subject, 60)
    rng = np.random.default_rng(0)
    put = rng.standard_normal((4, subject.h_size)).astype(np.float32)
    hidden = rng.standard_normal(60).astype(np.float32)
    paths = walked.paths + hidden[None, :, None] * put[:, None]
    scores = np.stack([hidden, rng.standard_normal(60)], axis=1)
    found = discover(subject, Walk(paths, walked.pictures), scores, ("put", "nothing"))
    assert found.names == ("put", "nothing")
    cosine = found.directions[0].vector.ravel() @ put.ravel() / np.linalg.norm(put)
    assert cosine > 0.9
    assert found.directions[0].score > 0.95


def test_mean_difference_of_a_label_that_all_have_is_refused() -> None:
    subject = tiny_subject()
    with pytest.raises(InputError, match="'beard'"):
        discover(subject, tiny_walk(subject), np.ones((20, 1)), ("beard",))
