"""What is there is found, and A stays orthonormal, which gradients alone lose."""

import numpy as np
import pytest

pytest.importorskip("torch")

from exhibit.contract.errors import InputError
from models.directions.factors import descend, factorise, local_patterns, refine


def composed(noise: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Maps (60, 12, 64) of three appearances in four disjoint parts, and the parts (64, 4)."""
    rng = np.random.default_rng(0)
    mixtures = np.linalg.qr(rng.standard_normal((12, 3)))[0]
    parts = np.repeat(np.eye(4), 16, axis=0) / 4
    weights = rng.standard_normal((60, 3, 4))
    maps = mixtures @ weights @ parts.T + noise * rng.standard_normal((60, 12, 64)) / 8
    return maps.astype(np.float32), parts


def overlap(parts: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Largest cosine of each expected part with any found one."""
    unit = parts / np.linalg.norm(parts, axis=0)
    return (expected.T @ unit).max(axis=1)


def test_factorise_finds_parts_that_are_there():
    maps, expected = composed()
    found = factorise(maps, 3, 4)
    assert overlap(found.parts, expected).min() > 0.99
    assert found.energy_left < 0.2


def test_factorise_keeps_appearances_orthonormal_and_parts_non_negative():
    maps = np.random.default_rng(1).standard_normal((40, 10, 36)).astype(np.float32)
    found = factorise(maps, 6, 5)
    np.testing.assert_allclose(found.appearances.T @ found.appearances, np.eye(6), atol=1e-10)
    assert found.parts.min() >= 0
    assert (found.gains > 0).all() and (np.diff(found.gains) <= 0).all()


def test_factorise_maps_in_another_order_leave_the_same():
    maps = composed(noise=2.0)[0]
    first, second = factorise(maps, 3, 4), factorise(np.ascontiguousarray(maps[::-1]), 3, 4)
    assert first.energy_left == pytest.approx(second.energy_left, rel=1e-3)
    assert overlap(second.parts, first.parts / np.linalg.norm(first.parts, axis=0)).min() > 0.99


def test_local_patterns_takes_mixed_patterns_apart_whatever_their_signs():
    expected = np.repeat(np.eye(4), 16, axis=0) / 4
    turn = np.linalg.qr(np.random.default_rng(2).standard_normal((4, 4)))[0]
    found = local_patterns(expected @ turn)
    assert overlap(found, expected).min() > 0.999
    assert found.min() >= 0


def printed_steps(maps: np.ndarray, parts: np.ndarray, size: float, count: int) -> np.ndarray:
    """A of algorithm 1 after so many gradient steps of one size, for given parts."""
    told = maps @ parts
    once = np.einsum("nck,ndk->cd", told, told)
    twice = np.einsum("nck,kl,ndl->cd", told, parts.T @ parts, told)
    a = np.linalg.eigh(once)[1][:, -3:]
    for _ in range(count):
        gram = a @ a.T
        a = a - size * (-4 * once @ a + 2 * (gram @ twice @ a + twice @ gram @ a))
    return a


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_gradient_steps_as_printed_diverge_on_larger_maps():
    maps = composed(noise=2.0)[0].astype(np.float64)
    parts = factorise(maps.astype(np.float32), 3, 4).parts
    size = 0.01 / np.square(maps @ parts).sum()
    assert np.abs(printed_steps(maps, parts, size, 300)).max() < 2
    assert not np.isfinite(printed_steps(30 * maps, parts, size, 300)).all()


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_factorise_follows_the_norm_of_the_maps(scale: float):
    maps, _ = composed()
    found = factorise(maps * np.float32(scale), 3, 4)
    assert found.energy_left == pytest.approx(factorise(maps, 3, 4).energy_left, rel=1e-2)


def test_left_of_counts_what_the_written_out_product_leaves():
    maps, _ = composed(noise=1.0)
    found = factorise(maps, 2, 3)
    weighed = (found.appearances * found.gains) @ found.appearances.T
    drawn = weighed @ maps @ found.parts @ found.parts.T
    expected = np.square(maps - drawn).sum() / np.square(maps).sum()
    assert found.left_of(maps) == pytest.approx(expected, rel=1e-4)
    assert found.energy_left == pytest.approx(expected, rel=1e-4)


def test_gradient_steps_as_printed_lose_orthonormal_appearances_and_gains_win_what_they_do():
    """Algorithm 1 never brings A back; what it wins by that, gains beside an orthonormal A win."""
    maps = composed(noise=2.0)[0].astype(np.float64)
    found = factorise(maps.astype(np.float32), 3, 4)
    told = maps @ found.parts
    a = printed_steps(maps, found.parts, 0.01 / np.square(told).sum(), 300)
    once = np.einsum("nck,ndk->cd", told, told)
    twice = np.einsum("nck,kl,ndl->cd", told, found.parts.T @ found.parts, told)
    assert np.abs(a.T @ a - np.eye(3)).max() > 1e-3
    value = -2 * np.sum(a * (once @ a)) + np.sum((a.T @ a) * (a.T @ twice @ a))
    assert found.energy_left <= 1 + value / np.square(maps).sum() + 1e-6


def test_refine_moves_a_part_to_where_it_lies_in_one_picture():
    maps, _ = composed()
    found = factorise(maps, 3, 4)
    moved = np.roll(maps[0], 4, axis=1)
    parts = refine(found, moved)
    assert parts.min() >= 0
    weights = (found.appearances * found.gains) @ found.appearances.T

    def left(p: np.ndarray) -> float:
        return float(np.square(moved - weights @ moved @ p @ p.T).sum())

    assert left(parts) < 0.6 * left(found.parts)


def test_descend_bounded_reaches_a_point_where_no_allowed_step_helps():
    rng = np.random.default_rng(3)
    root = rng.standard_normal((20, 20))
    gram = root @ root.T
    start = np.abs(rng.standard_normal((20, 3)))
    x, value = descend(
        lambda b: gram @ b, lambda b: gram @ b, start,
        energy=float(np.trace(gram)), bounded=True, steps=2000, tolerance=1e-14,
    )  # fmt: skip
    slope = -4 * gram @ x + 2 * (gram @ x @ x.T @ x + x @ x.T @ gram @ x)
    assert np.abs(slope[x > 1e-6]).max() < 1e-2 * np.abs(gram).max()
    assert slope[x <= 1e-6].min() > -1e-2 * np.abs(gram).max()
    assert value < -0.1


@pytest.mark.parametrize(("appearances", "parts"), [(13, 4), (3, 65), (0, 4)])
def test_factorise_more_factors_than_the_map_has_is_refused(appearances: int, parts: int):
    with pytest.raises(InputError, match="at most 12 channels and 64 places"):
        factorise(composed()[0], appearances, parts)
