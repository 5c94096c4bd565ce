import cv2
import numpy as np
import pytest

from exhibit.ink.strokes import normalise
from exhibit.ink.thin import thin


def _line_mask(width: int, size: int = 480) -> np.ndarray:
    mask = np.full((size, size), 255, np.uint8)
    cv2.line(mask, (size // 5, size // 4), (4 * size // 5, 3 * size // 4), 0, width)
    return mask


@pytest.mark.parametrize("pen_px", [1, 3, 6, 11])
def test_normalise_any_pen_width_gives_the_same_line_width(pen_px: int) -> None:
    ink = normalise(_line_mask(pen_px), 128, 2.0)
    length = np.hypot(0.6, 0.5) * 128
    width = (255 - ink.astype(float)).sum() / 255 / length
    assert ink.shape == (128, 128) and ink.dtype == np.uint8
    assert width == pytest.approx(2.0, abs=0.25)


def test_normalise_blank_mask_gives_blank_ink() -> None:
    assert (normalise(np.full((37, 91), 255, np.uint8), 64, 2.0) == 255).all()


def test_normalise_gap_of_two_pixels_is_closed() -> None:
    mask = _line_mask(3, 256)
    mask[:, 128:130] = 255
    _, labels = cv2.connectedComponents((normalise(mask, 128, 2.0) < 128).astype(np.uint8))
    assert labels.max() == 1


def test_normalise_single_pixel_specks_are_dropped_and_the_dot_of_a_pen_stays() -> None:
    mask = np.full((480, 480), 255, np.uint8)
    mask[100, 100] = 0
    cv2.circle(mask, (300, 300), 4, 0, -1)
    ink = normalise(mask, 128, 2.0)
    assert ink[20:40, 20:40].min() == 255
    assert ink[70:90, 70:90].min() < 100


def test_normalise_wide_mask_is_centred_in_a_square() -> None:
    mask = np.full((100, 300), 255, np.uint8)
    mask[49:52] = 0
    rows = np.flatnonzero((normalise(mask, 120, 2.0) < 128).any(axis=1))
    assert rows.mean() == pytest.approx(59.5, abs=1.0)


def test_thin_leaves_lines_one_pixel_wide_and_connected() -> None:
    ink = (_line_mask(7, 128) == 0).astype(np.uint8)
    lines = thin(ink)
    full_blocks = cv2.filter2D(lines, cv2.CV_8U, np.ones((2, 2), np.float32)) == 4
    assert not full_blocks.any()
    assert cv2.connectedComponents(lines)[0] == 2
