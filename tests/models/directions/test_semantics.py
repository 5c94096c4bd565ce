"""Each measure on drawings whose truth is known."""

import cv2
import numpy as np
import pytest

pytest.importorskip("skimage")

from exhibit.contract.values import Gray
from models.directions.semantics import NAMES, SEMANTICS, measure, measure_all
from models.sketches.raster import draw_strokes

SIDE = 128


def line(angle_deg: float, width_px: float = 2.0, side: int = SIDE) -> Gray:
    """A line of half the side through the middle, `angle_deg` to the right of upright."""
    angle = np.radians(angle_deg)
    half = 0.25 * np.array([np.sin(angle), -np.cos(angle)])
    return draw_strokes([np.stack([0.5 - half, 0.5 + half])], side, width_px)


def circle(radius: float, thickness_px: int = 2, centre: tuple[float, float] = (0.5, 0.5)) -> Gray:
    big = np.full((4 * SIDE, 4 * SIDE), 255, np.uint8)
    at = tuple(round(4 * SIDE * part) for part in centre)
    cv2.circle(big, at, round(4 * SIDE * radius), 0, 4 * thickness_px)
    return cv2.resize(big, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def disc(radius: float, centre: tuple[float, float] = (0.5, 0.5)) -> Gray:
    picture = np.full((SIDE, SIDE), 255, np.uint8)
    at = tuple(round(SIDE * part) for part in centre)
    cv2.circle(picture, at, round(SIDE * radius), 0, -1)
    return picture


def hatched(side_share: float, spacing_px: int) -> Gray:
    picture = np.full((SIDE, SIDE), 255, np.uint8)
    low, high = (round(SIDE * (0.5 + sign * side_share / 2)) for sign in (-1, 1))
    picture[low:high, low:high:spacing_px] = 0
    return picture


def test_measure_blank_sheet_is_centred_symmetric_and_empty():
    found = measure(np.full((SIDE, SIDE), 255, np.uint8))
    expected = dict.fromkeys(NAMES, 0.0)
    expected |= {"symmetry": 1.0, "horizontal-centre": 0.5, "vertical-centre": 0.5}
    assert found == expected


def test_semantics_are_named_once_and_carry_units():
    assert len(set(NAMES)) == len(NAMES) == 11
    assert all(semantic.unit and semantic.meaning for semantic in SEMANTICS)


@pytest.mark.parametrize("radius", [0.1, 0.3])
def test_measure_coverage_of_a_disc_is_its_area(radius: float):
    assert measure(disc(radius))["ink-coverage"] == pytest.approx(np.pi * radius**2, rel=0.05)


@pytest.mark.parametrize("width_px", [1.5, 2.0, 4.0])
@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 45.0])
def test_measure_stroke_width_of_a_line_at_any_angle(width_px: float, angle_deg: float):
    found = measure(line(angle_deg, width_px))["stroke-width"]
    assert found * SIDE == pytest.approx(width_px, rel=0.2)


def test_measure_stroke_width_ignores_black_areas():
    page = np.minimum(disc(0.15, (0.25, 0.25)), line(0))
    assert measure(page)["stroke-width"] * SIDE == pytest.approx(2.0, abs=0.5)


def test_measure_hatching_is_the_hatched_share_and_zero_for_contours():
    assert measure(hatched(0.5, 3))["hatching"] == pytest.approx(0.25, abs=0.06)
    assert measure(hatched(0.7, 3))["hatching"] > 1.5 * measure(hatched(0.5, 3))["hatching"]
    for picture in (line(20), circle(0.3), disc(0.3)):
        assert measure(picture)["hatching"] < 0.01


def test_measure_black_areas_are_discs_and_not_lines():
    assert measure(disc(0.2))["black-areas"] > 0.95
    assert measure(circle(0.3))["black-areas"] == 0.0
    mixed = np.minimum(disc(0.1, (0.3, 0.3)), circle(0.15, centre=(0.7, 0.7)))
    share = measure(disc(0.1))["ink-coverage"] / measure(mixed)["ink-coverage"]
    assert measure(mixed)["black-areas"] == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("angle_deg", [-40.0, -10.0, 0.0, 25.0])
def test_measure_slant_is_the_angle_of_a_line_from_upright(angle_deg: float):
    assert measure(line(angle_deg))["slant"] == pytest.approx(angle_deg, abs=1.0)


def test_measure_symmetry_holds_wherever_a_symmetric_drawing_lies():
    assert measure(circle(0.15, centre=(0.3, 0.6)))["symmetry"] > 0.97
    assert measure(line(40))["symmetry"] < 0.3


def test_measure_centre_and_spread_follow_a_disc():
    found = measure(disc(0.1, (0.25, 0.6)))
    assert found["horizontal-centre"] == pytest.approx(0.25, abs=0.01)
    assert found["vertical-centre"] == pytest.approx(0.6, abs=0.01)
    # The root mean square distance from the centre of a disc is its radius over the root of 2.
    assert found["spread"] == pytest.approx(0.1 / np.sqrt(2), rel=0.05)


def test_measure_parts_counts_pieces_without_specks():
    page = np.minimum(disc(0.05, (0.2, 0.2)), disc(0.05, (0.8, 0.2)))
    page = np.minimum(page, line(0))
    page[100, 20] = 0
    assert measure(page)["parts"] == 3


@pytest.mark.parametrize("radius", [0.1, 0.2, 0.35])
def test_measure_curvature_of_a_circle_is_one_over_its_radius(radius: float):
    assert measure(circle(radius))["curvature"] == pytest.approx(1 / radius, rel=0.2)


def test_measure_curvature_of_straight_lines_is_small():
    across = draw_strokes([np.array([[-0.1, 0.3], [1.1, 0.7]])], SIDE, 2.0)
    assert measure(across)["curvature"] < 0.6


def test_measure_is_the_same_at_another_size():
    small, large = measure(line(25, 2.0, 128)), measure(line(25, 4.0, 256))
    for name in ("ink-coverage", "slant", "spread", "symmetry", "curvature", "stroke-width"):
        assert small[name] == pytest.approx(large[name], rel=0.1), name


def test_measure_all_stacks_one_row_a_picture():
    found = measure_all(np.stack([disc(0.1), disc(0.3)]))
    assert tuple(found) == NAMES
    assert found["ink-coverage"][0] < found["ink-coverage"][1]
