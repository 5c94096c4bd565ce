"""What is conditioned must leave the others alone at every step; the printed form does not."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.diffusion.condition import condition
from models.diffusion.pca import discover
from tests.models.diffusion.subjects import tiny_subject, tiny_walk


def three(seed: int = 0):
    """A subject, its samples, and three oblique directions."""
    subject = tiny_subject()
    walked = tiny_walk(subject)
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((subject.steps, subject.h_size))
    vectors = np.stack([shared + rng.standard_normal(shared.shape) for _ in range(3)])
    found = subject.results("test", vectors, walked.paths, [1, 2, 3], names=["a", "b", "c"])
    return subject, walked, found


def test_condition_leaves_nothing_of_the_others_where_the_printed_form_leaves_all() -> None:
    """Erratum 4: thesis eq. 6.35 subtracts along n₁ itself, which only rescales it."""
    subject, walked, (one, *others) = three()
    (freed,) = condition(subject, walked, one, others)
    for step in range(subject.steps):
        n1, n2 = (d.vector[step].ravel().astype(np.float64) for d in (one, others[0]))
        printed = n1 - (n1 @ n2) / (n1 @ n1) * n1
        cosine = n1 @ n2 / np.linalg.norm(n1) / np.linalg.norm(n2)
        still = printed @ n2 / np.linalg.norm(printed) / np.linalg.norm(n2)
        assert abs(cosine) > 0.3
        np.testing.assert_allclose(abs(still), abs(cosine), rtol=1e-6)
        for other in others:
            assert abs(freed.vector[step].ravel() @ other.vector[step].ravel()) < 1e-6
    assert (freed.name, freed.method, freed.score) == ("a", "test", 1.0)
    assert freed.details["conditioned_on"] == ["b", "c"]


def test_condition_over_the_whole_way_alone_would_leave_something_at_the_steps() -> None:
    """Orthogonal in all is not orthogonal in each; it is each step that is added to."""
    subject, _, (one, other, _) = three()
    n1, n2 = (d.vector.reshape(subject.steps, -1).astype(np.float64) for d in (one, other))
    whole = n1 - (n1 * n2).sum() / (n2 * n2).sum() * n2
    assert abs((whole * n2).sum()) < 1e-12
    assert np.abs((whole * n2).sum(axis=1)).max() > 1e-4


def test_condition_on_itself_leaves_nothing_and_is_refused() -> None:
    subject, walked, (one, *_) = three()
    with pytest.raises(InputError, match="nothing is left"):
        condition(subject, walked, one, [one])


def test_condition_of_another_network_or_steps_is_refused() -> None:
    subject, walked, (one, other, _) = three()
    with pytest.raises(InputError, match="was found in checkpoint"):
        condition(subject, walked, one, [replace(other, checkpoint="1" * 64)])
    few = tiny_subject(steps=3)
    (short, *_) = discover(few, tiny_walk(few))
    with pytest.raises(InputError, match="expected one of h"):
        condition(subject, walked, one, [short])
