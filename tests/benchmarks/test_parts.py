"""Both sides of the comparison leave as little on maps that have factors."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from benchmarks.parts import ours, theirs  # noqa: E402


def maps() -> np.ndarray:
    rng = np.random.default_rng(0)
    mixtures = np.linalg.qr(rng.standard_normal((8, 2)))[0]
    parts = np.repeat(np.eye(3), 6, axis=0) / np.sqrt(6)
    return (mixtures @ rng.standard_normal((40, 2, 3)) @ parts.T).astype(np.float32)


def test_ours_leaves_nothing_of_maps_that_are_factors_and_keeps_a_orthonormal():
    found = ours(maps()[:30], maps()[30:], 2, 3)
    assert found.left < 1e-3 and found.unseen < 1e-3
    assert found.apart < 1e-6


@pytest.mark.parametrize("rule", ["gradient", "adam"])
def test_authors_steps_reach_the_same_and_let_a_drift(rule):
    found = theirs(maps()[:30], maps()[30:], 2, 3, steps=2000, rule=rule)
    assert found.left < 0.35
    assert found.apart > 1e-4
