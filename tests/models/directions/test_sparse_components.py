"""Every step lowers the objective of eq. 5, and components that are there are found."""

import numpy as np
import pytest

pytest.importorskip("scipy")

from models.directions import sparse_components as module
from models.directions.sparse_components import objective, sparse_components


def planted(noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """J (60, 20) of three directions in disjoint pixels, and the directions (20, 3)."""
    rng = np.random.default_rng(0)
    v = np.linalg.qr(rng.standard_normal((20, 3)))[0]
    u = np.repeat(np.eye(3), 20, axis=0) * rng.uniform(2, 4, (60, 1))
    return u @ v.T + noise * rng.standard_normal((60, 20)), v


@pytest.mark.parametrize("seed", range(3))
def test_sparse_components_that_are_there_are_found(seed: int):
    j, expected = planted()
    found = sparse_components(j, 3, 0.1, 1.0, seed)
    assert np.abs(expected.T @ found.directions).max(axis=1).min() > 0.99
    assert np.mean(found.weights != 0) == pytest.approx(1 / 3, abs=0.02)


def test_sparse_components_keeps_unit_directions_and_says_its_objective():
    found = sparse_components(planted(0.3)[0], 5, 0.5, 1.0)
    np.testing.assert_allclose(np.linalg.norm(found.directions, axis=0), 1)
    said = objective(planted(0.3)[0], found.weights, found.directions, 0.5, 1.0)
    assert found.objective == pytest.approx(said)


def test_sparse_components_no_round_raises_the_objective(monkeypatch):
    j, values = planted(0.5)[0], []
    for most in range(1, 30):
        monkeypatch.setattr(module, "MOST_ROUNDS", most)
        values.append(sparse_components(j, 6, 0.5, 2.0).objective)
    assert (np.diff(values) <= 1e-9 * values[0]).all()


def test_sparse_components_without_sparsity_reaches_what_singular_values_leave():
    j = planted(1.0)[0]
    found = sparse_components(j, 3, alpha=0.0, beta=0.0)
    left = np.square(np.linalg.svd(j, compute_uv=False)[3:]).sum()
    assert found.objective == pytest.approx(left, rel=1e-3)


def test_sparse_components_more_sparsity_leaves_fewer_pixels():
    j = planted(0.5)[0]
    shares = [np.mean(sparse_components(j, 4, alpha).weights != 0) for alpha in (0.1, 1.0, 4.0)]
    assert shares == sorted(shares, reverse=True) and shares[0] > shares[-1]


def test_objective_counts_every_pair_of_directions_twice():
    v = np.array([[1.0, 0.6], [0.0, 0.8]])
    u = np.array([[1.0, -2.0]])
    assert objective(u @ v.T, u, v, 0.5, 3.0) == pytest.approx(0.5 * 3 + 3 * 2 * 0.36)
