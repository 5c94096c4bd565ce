import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.directions.eigen import leading, span_angle  # noqa: E402
from models.directions.low_rank import LowRank, leading_quotients, nystrom, random_probes, trace  # noqa: E402

SHIFT = 0.3


def exact(rows: int, size: int = 40, seed: int = 0) -> tuple[np.ndarray, LowRank]:
    """A Jacobian (rows, size) and its Gram by singular values."""
    jacobian = np.random.default_rng(seed).standard_normal((rows, size))
    _, d, vt = np.linalg.svd(jacobian, full_matrices=False)
    return jacobian, LowRank(vt.T, d**2)


def test_shifted_inverse_is_the_inverse_and_the_printed_form_is_not():
    jacobian, low = exact(6)
    gram = jacobian.T @ jacobian
    inverse = np.linalg.inv(gram + SHIFT * np.eye(40))
    np.testing.assert_allclose(low.shifted_inverse(SHIFT, np.eye(40)), inverse, atol=1e-12)
    d, v = np.sqrt(low.values), low.vectors
    core = np.diag(d) @ np.linalg.inv(SHIFT * np.eye(6) + np.diag(d**2)) @ np.diag(d)
    printed = SHIFT * np.eye(40) - v @ core @ v.T
    assert np.linalg.norm(printed @ (gram + SHIFT * np.eye(40)) - np.eye(40)) > 1


def test_shifted_inverse_printed_form_finds_other_directions():
    background, low = exact(6)
    inside, _ = exact(3, seed=1)
    expected, _ = leading(inside.T @ inside, 2, background.T @ background + SHIFT * np.eye(40))
    found, _ = leading_quotients(exact(3, seed=1)[1], low, SHIFT, 2)
    assert span_angle(found, expected) < 1e-6
    kept = low.values / (SHIFT + low.values)
    printed = SHIFT * np.eye(40) - low.vectors @ np.diag(kept) @ low.vectors.T
    solved = printed @ inside.T
    _, turn = np.linalg.eigh(inside @ solved)
    assert span_angle((solved @ turn[:, ::-1][:, :2]).T, expected) > 0.1


def test_nystrom_matrix_of_low_rank_is_exact():
    jacobian, low = exact(6)
    gram = jacobian.T @ jacobian
    probes = random_probes(40, 12, seed=0)
    found = nystrom(probes, gram @ probes)
    np.testing.assert_allclose(found.values, low.values, rtol=1e-8)
    np.testing.assert_allclose(found @ np.eye(40), gram, atol=1e-8)


def test_trace_counts_what_the_probes_left_out():
    jacobian, _ = exact(30)
    gram = jacobian.T @ jacobian
    probes = random_probes(40, 30, seed=0)
    known = nystrom(probes[:, :10], gram @ probes[:, :10])
    total = trace(known, probes[:, 10:], gram @ probes[:, 10:])
    assert known.values.sum() < 0.7 * np.trace(gram)
    assert total == pytest.approx(np.trace(gram), rel=0.1)
