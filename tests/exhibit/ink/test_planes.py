import cv2
import numpy as np
import pytest

from exhibit.ink.planes import planes_of
from exhibit.ink.thin import thin


def _line_mask(width: int, size: int = 480) -> np.ndarray:
    mask = np.full((size, size), 255, np.uint8)
    cv2.line(mask, (size // 5, size // 4), (4 * size // 5, 3 * size // 4), 0, width)
    return mask


@pytest.mark.parametrize("pen_px", [1, 3, 6, 11])
def test_lines_any_pen_width_gives_the_same_line_width(pen_px: int) -> None:
    ink = planes_of(_line_mask(pen_px), 128, 2.0).lines
    length = np.hypot(0.6, 0.5) * 128
    width = (255 - ink.astype(float)).sum() / 255 / length
    assert ink.shape == (128, 128) and ink.dtype == np.uint8
    assert width == pytest.approx(2.0, abs=0.25)


def test_lines_blank_mask_gives_blank_ink() -> None:
    assert (planes_of(np.full((37, 91), 255, np.uint8), 64, 2.0).lines == 255).all()


def test_lines_gap_of_two_pixels_is_closed() -> None:
    mask = _line_mask(3, 256)
    mask[:, 128:130] = 255
    _, labels = cv2.connectedComponents((planes_of(mask, 128, 2.0).lines < 128).astype(np.uint8))
    assert labels.max() == 1


def test_lines_single_pixel_specks_are_dropped_and_the_dot_of_a_pen_stays() -> None:
    mask = np.full((480, 480), 255, np.uint8)
    mask[100, 100] = 0
    cv2.circle(mask, (300, 300), 4, 0, -1)
    ink = planes_of(mask, 128, 2.0).lines
    assert ink[20:40, 20:40].min() == 255
    assert ink[70:90, 70:90].min() < 100


def test_lines_wide_mask_is_centred_in_a_square() -> None:
    mask = np.full((100, 300), 255, np.uint8)
    mask[49:52] = 0
    rows = np.flatnonzero((planes_of(mask, 120, 2.0).lines < 128).any(axis=1))
    assert rows.mean() == pytest.approx(59.5, abs=1.0)


def test_thin_leaves_lines_one_pixel_wide_and_connected() -> None:
    ink = (_line_mask(7, 128) == 0).astype(np.uint8)
    lines = thin(ink)
    full_blocks = cv2.filter2D(lines, cv2.CV_8U, np.ones((2, 2), np.float32)) == 4
    assert not full_blocks.any()
    assert cv2.connectedComponents(lines)[0] == 2


def _shape(draw: str, *sizes: int) -> np.ndarray:
    mask = np.full((480, 480), 255, np.uint8)
    if draw == "disc":
        cv2.circle(mask, (240, 240), sizes[0], 0, -1)
    else:
        cv2.rectangle(mask, (240 - sizes[0], 200), (240 + sizes[0], 280), 0, -1)
    return mask


def _ink_px(plane: np.ndarray) -> float:
    return float((255.0 - plane).sum()) / 255.0


@pytest.mark.parametrize("radius_px", [7, 10, 14, 20, 34, 60])
def test_planes_filled_disc_keeps_its_size_in_mass_and_its_outline_in_lines(
    radius_px: int,
) -> None:
    planes = planes_of(_shape("disc", radius_px), 128, 1.5)
    radius = radius_px * 128 / 480
    rows, columns = np.nonzero(planes.lines < 128)
    assert _ink_px(planes.mass) == pytest.approx(np.pi * radius**2, rel=0.15)
    assert np.ptp(rows) + 1 == pytest.approx(2 * radius, abs=1.3)
    assert np.ptp(columns) + 1 == pytest.approx(2 * radius, abs=1.3)
    ring = np.pi * (radius**2 - max(0.0, radius - 1.5) ** 2)
    assert _ink_px(planes.lines) == pytest.approx(ring, rel=0.25, abs=2.5)


def test_planes_corners_of_a_filled_rectangle_are_no_lines() -> None:
    planes = planes_of(_shape("rectangle", 50), 128, 1.5)
    around = cv2.dilate((planes.mass < 128).astype(np.uint8), np.ones((3, 3))) == 0
    assert _ink_px(planes.mass) == pytest.approx(101 * 81 * (128 / 480) ** 2, rel=0.05)
    assert (planes.lines[around] == 255).all()


def test_planes_line_that_leads_away_from_a_filled_shape_stays_a_line() -> None:
    mask = _shape("rectangle", 40)
    mask[238:242, 60:420] = 0
    planes = planes_of(mask, 128, 1.5)
    assert _ink_px(planes.mass) == pytest.approx(81 * 81 * (128 / 480) ** 2, rel=0.06)
    assert (planes.lines[62:66, 20:50].min(axis=0) < 128).all()


@pytest.mark.parametrize("pen_px", [3, 6, 10, 14, 20])
def test_planes_lines_of_any_pen_that_cross_are_no_mass(pen_px: int) -> None:
    mask = _line_mask(pen_px)
    cv2.line(mask, (80, 360), (400, 150), 0, pen_px)
    assert (planes_of(mask, 128, 1.5).mass == 255).all()


def test_planes_dot_in_an_outline_is_mass_and_the_outline_is_not() -> None:
    mask = np.full((480, 480), 255, np.uint8)
    cv2.ellipse(mask, (240, 240), (100, 70), 0, 0, 360, 0, 3)
    cv2.circle(mask, (240, 240), 8, 0, -1)
    mass = planes_of(mask, 128, 1.5).mass
    rows, columns = np.nonzero(mass < 128)
    assert rows.min() >= 60 and rows.max() <= 68
    assert columns.min() >= 60 and columns.max() <= 68
