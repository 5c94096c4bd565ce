"""Where a drawing stands, how large it is and how it leans no longer matters."""

import cv2
import numpy as np
import pytest

pytest.importorskip("skimage")

from models.directions.canonical import SPREAD, canonical_map, standing
from models.directions.semantics import moments_of


def figure() -> np.ndarray:
    """An upright figure without symmetry, (128, 128)."""
    picture = np.full((128, 128), 255, np.uint8)
    cv2.circle(picture, (64, 40), 12, 0, 3)
    cv2.line(picture, (64, 52), (64, 95), 0, 3)
    cv2.line(picture, (64, 62), (82, 66), 0, 3)
    return picture


def moved(matrix: list[list[float]]) -> np.ndarray:
    return cv2.warpAffine(figure(), np.array(matrix, np.float32), (128, 128), borderValue=255)


def likeness(first: np.ndarray, second: np.ndarray) -> float:
    return float((first * second).sum() / np.linalg.norm(first) / np.linalg.norm(second))


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, 0, 15], [0, 1, -10]],
        [[0.7, 0, 20], [0, 0.7, 20]],
        [[1, -0.3, 20], [0, 1, 0]],
        [[0.8, 0.25, 0], [0, 0.8, 25]],
    ],
    ids=["shift", "scale", "slant", "all"],
)
def test_canonical_map_of_a_moved_drawing_is_that_of_the_drawing(matrix: list[list[float]]):
    expected, found = (canonical_map(picture, 32) for picture in (figure(), moved(matrix)))
    plain = 1 - cv2.resize(moved(matrix), (32, 32), interpolation=cv2.INTER_AREA) / 255
    assert likeness(found, expected) > 0.93
    assert likeness(plain, expected) < likeness(found, expected) - 0.1


def test_canonical_map_stands_upright_in_the_middle_at_one_spread():
    ink = canonical_map(moved([[0.8, 0.25, 0], [0, 0.8, 25]]), 64)
    x, y, spread, slant = moments_of(np.uint8(255 - 255 * np.clip(ink, 0, 1)))
    assert (x, y) == pytest.approx((0.5, 0.5), abs=0.01)
    assert spread == pytest.approx(SPREAD, abs=0.02)
    assert abs(slant) < 2


def test_standing_of_a_slanted_drawing_is_as_large_as_upright():
    """Else what leans is drawn smaller in its map: in the picture its spread grows with it."""
    upright, slanted = moved([[1, 0, 0], [0, 1, 0]]), moved([[1, -0.45, 30], [0, 1, 0]])
    assert standing(slanted)[2] == pytest.approx(standing(upright)[2], rel=0.01)
    assert moments_of(slanted)[2] > 1.04 * moments_of(upright)[2]


def test_canonical_map_of_a_blank_sheet_is_blank():
    assert canonical_map(np.full((64, 64), 255, np.uint8), 16).max() == 0
