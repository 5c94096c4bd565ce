import cv2
import numpy as np
import pytest

from exhibit.recall.cells import above_chance, cells, mirrored
from exhibit.recall.orientation import DIRECTIONS, line_density
from tests.exhibit.recall import shapes


def line_at(degrees: float, width_px: int = 2) -> np.ndarray:
    """A line of 160 px through the middle; degrees from the x axis towards the y axis, down."""
    sheet = shapes.blank()
    half = 80 * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    ends = [tuple((128 + sign * half).round().astype(int).tolist()) for sign in (-1, 1)]
    cv2.line(sheet, ends[0], ends[1], 0, width_px, cv2.LINE_AA)
    return sheet


@pytest.mark.parametrize("direction", range(DIRECTIONS))
def test_line_density_line_counts_for_its_own_direction(direction: int) -> None:
    found = line_density(line_at(30 * direction)).sum(axis=(0, 1))
    assert found.argmax() == direction
    assert found[direction] > 0.85 * found.sum()


def test_line_density_line_between_two_directions_counts_for_both() -> None:
    found = line_density(line_at(45)).sum(axis=(0, 1))
    assert found[1] == pytest.approx(found[2], rel=0.1)


@pytest.mark.parametrize("width_px", [2, 3, 6])
def test_line_density_any_width_has_the_same_length(width_px: int) -> None:
    assert line_density(line_at(0, width_px)).sum() == pytest.approx(160, rel=0.12)


@pytest.mark.parametrize("side", [11, 16, 32, 64])
def test_cells_line_fills_its_cells_at_every_side(side: int) -> None:
    values = cells(line_density(line_at(0)), side)
    assert values.shape == (side, side, DIRECTIONS)
    assert values.max() == pytest.approx(1.0, abs=0.3)


def test_above_chance_hatching_has_nothing_left() -> None:
    hatched = above_chance(cells(line_density(shapes.hatching()), 32), 9)
    ringed = above_chance(cells(line_density(shapes.ring()), 32), 9)
    assert np.abs(hatched[10:22, 10:22]).max() < 0.35 * ringed.max()


def test_mirrored_cells_are_those_of_the_mirrored_picture() -> None:
    drawing = shapes.house()
    turned = cells(line_density(np.ascontiguousarray(drawing[:, ::-1])), 16)
    np.testing.assert_allclose(mirrored(cells(line_density(drawing), 16)), turned, atol=1e-5)


def test_line_density_paper_has_no_lines_and_ink_has_them_where_it_is() -> None:
    assert not line_density(np.full((64, 64), 255, np.uint8)).any()
    found = line_density(line_at(0)).sum(axis=(1, 2))
    assert found[found.argmax() - 8 : found.argmax() + 9].sum() == pytest.approx(found.sum())


def test_line_density_is_the_same_wherever_memory_is_free() -> None:
    """`cv2.magnitude` differs by where it writes to; kept results lie each elsewhere."""
    sheet = line_at(37)
    found = [(line_density(sheet), np.empty(4 * place + 1, np.uint8)) for place in range(40)]
    assert len({density.tobytes() for density, _ in found}) == 1
