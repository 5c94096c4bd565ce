"""Components must be those of an explicit decomposition, at every step."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from exhibit.contract.errors import InputError  # noqa: E402
from models.diffusion.pca import components, discover  # noqa: E402
from models.directions.eigen import span_angle  # noqa: E402
from tests.models.diffusion.subjects import tiny_subject, tiny_walk  # noqa: E402


def test_pca_agrees_with_the_singular_vectors_of_centred_samples_at_every_step() -> None:
    subject = tiny_subject()
    walked = tiny_walk(subject)
    found = discover(subject, walked)
    per_step = found.vectors.reshape(3, subject.steps, -1).transpose(1, 0, 2).astype(np.float64)
    for h, vectors in zip(walked.paths, per_step, strict=True):
        centred = (h - h.mean(axis=0)).astype(np.float64)
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        cosines = np.abs(units @ axes[:3].T)
        np.testing.assert_allclose(cosines.max(axis=1), 1, atol=1e-4)
        assert span_angle(units, axes[:3]) < 1e-4


def test_pca_direction_is_at_every_step_as_long_as_samples_differ_along_it() -> None:
    subject = tiny_subject()
    walked = tiny_walk(subject)
    for direction in discover(subject, walked):
        vectors = direction.vector.reshape(subject.steps, -1)
        lengths = np.linalg.norm(vectors, axis=1)
        along = np.einsum("tnd,td->tn", walked.paths, vectors / lengths[:, None])
        np.testing.assert_allclose(lengths / lengths[0], along.std(axis=1) / along[0].std(), 1e-3)


def test_pca_scores_are_shares_and_sigma_is_the_deviation_along_all_steps() -> None:
    subject = tiny_subject()
    walked = tiny_walk(subject, 40)
    found = discover(subject, walked)
    scores = [direction.score for direction in found]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) < 1
    flat = walked.paths.transpose(1, 0, 2).reshape(40, -1)
    for direction in found:
        assert direction.space == "h"
        np.testing.assert_allclose(
            direction.sigma, (flat @ direction.vector.ravel()).std(), rtol=1e-4
        )
        assert 0 < direction.details["constancy"] <= 1


def test_components_give_the_scores_that_they_are_components_of() -> None:
    h = np.random.default_rng(0).standard_normal((12, 30)).astype(np.float32)
    axes, variances, scores = components(h, 4)
    np.testing.assert_allclose((h - h.mean(axis=0)) @ axes.T, scores, atol=1e-5)
    np.testing.assert_allclose(scores.var(axis=0, ddof=1), variances, rtol=1e-6)


def test_pca_of_too_few_samples_is_refused() -> None:
    subject = tiny_subject()
    with pytest.raises(InputError, match="3 samples; expected more than 3"):
        discover(subject, tiny_walk(subject, 3))
