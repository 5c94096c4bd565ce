import numpy as np
import pytest

from exhibit.recall.field import (
    LEAST_STRETCH,
    MOST_STRETCH,
    NODE_AT,
    NODES,
    gradient,
    resized,
    still,
    towards_bounds,
    wirtinger,
    within_bounds,
)


def wild(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    field = rng.normal(0, 0.05, (NODES, NODES, 2)).astype(np.float32)
    return field.view(np.complex64)[..., 0]


def pinch(strength: float) -> np.ndarray:
    """Everything asks to be drawn from around one point."""
    away = NODE_AT + 1j * NODE_AT[:, None] - (0.5 + 0.5j)
    return (strength * away * np.exp(-((np.abs(away) / 0.2) ** 2))).astype(np.complex64)


def determinant(field: np.ndarray, side: int) -> np.ndarray:
    moved = resized(field, side)
    right, down = np.diff(moved, axis=1)[:-1] * side, np.diff(moved, axis=0)[:, :-1] * side
    return (1 + right[..., 0]) * (1 + down[..., 1]) - right[..., 1] * down[..., 0]


@pytest.mark.parametrize("field", [wild(0), wild(1), pinch(4), pinch(-2), pinch(-0.9)])
def test_within_bounds_any_field_never_folds(field: np.ndarray) -> None:
    bounded = within_bounds(field)
    p, q = (np.abs(part) for part in wirtinger(*gradient(bounded)))
    assert (p - q).min() >= LEAST_STRETCH
    assert (p + q).max() <= MOST_STRETCH
    assert determinant(bounded, 256).min() > 0


def test_within_bounds_gentle_field_is_left_alone() -> None:
    field = pinch(0.08)
    assert within_bounds(field) is field


def test_towards_bounds_strong_turn_is_left_alone() -> None:
    away = NODE_AT + 1j * NODE_AT[:, None] - (0.5 + 0.5j)
    turn = (away * (np.exp(1j) - 1)).astype(np.complex64)
    assert towards_bounds(turn) is turn


def test_towards_bounds_one_place_leaves_what_is_far_from_it() -> None:
    away = NODE_AT + 1j * NODE_AT[:, None] - (0.25 + 0.25j)
    field = (-1.2 * away * np.exp(-((np.abs(away) / 0.1) ** 2))).astype(np.complex64)
    mended = towards_bounds(field)
    assert mended is not field
    assert np.abs(mended - field)[:, -8:].max() < 0.1 * np.abs(field).max()


def test_resized_even_field_is_even() -> None:
    field = still() + np.complex64(0.1 - 0.2j)
    np.testing.assert_allclose(resized(field, 128), np.tile([0.1, -0.2], (128, 128, 1)), atol=1e-6)


def test_resized_slope_lies_at_the_centres_of_pixels() -> None:
    field = np.tile(NODE_AT.astype(np.complex64), (NODES, 1))
    inner = resized(field, 128)[:, 8:-8, 0]
    np.testing.assert_allclose(inner[0], (np.arange(8, 120) + 0.5) / 128, atol=1e-6)
