"""The visitor's lines must not cross out the drawing that answers them, nor get lost beside it."""

import cv2
import numpy as np
import pytest

from exhibit.contract.values import Gray
from exhibit.recall.beside import beside as beside_drawing
from exhibit.recall.beside import left_of
from exhibit.recall.lines import Nearest, cells_followed, lines_of
from tests.exhibit.recall import shapes

SIDE = 256


def ring(radius: int = 60) -> Gray:
    """An outline that encloses the middle of the sheet."""
    return np.asarray(cv2.circle(shapes.blank(), (128, 128), radius, 0, 3), np.uint8)


def with_line(ink: Gray, start: tuple[int, int], end: tuple[int, int]) -> Gray:
    """The ink and one more line of it."""
    return np.asarray(cv2.line(ink.copy(), start, end, 0, 2), np.uint8)


def beside(ink: Gray, picture: Gray) -> Gray:
    """What a drawing that is not bent leaves of the ink."""
    drawn = lines_of(ink)
    towards = Nearest(lines_of(picture)).towards(drawn.at, drawn.along)
    return beside_drawing(ink, picture, cells_followed(drawn.cell, *towards))


def inked(ink: Gray) -> int:
    """How many pixels are ink."""
    return int(np.count_nonzero(ink < 128))


@pytest.mark.parametrize("side", [128, 256])
def test_beside_line_across_the_drawing_is_left_out(side: int) -> None:
    ink = with_line(ring(), (90, 120), (166, 136))
    ink = np.asarray(cv2.resize(ink, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    left = beside(ink, ring())
    middle = np.s_[3 * side // 8 : 5 * side // 8, 3 * side // 8 : 5 * side // 8]
    assert (ink[middle] < 128).any() and not (left[middle] < 128).any()


def test_beside_line_that_the_drawing_lies_on_stays() -> None:
    assert beside(ring(), ring()) is not None
    np.testing.assert_array_equal(beside(ring(), ring()), ring())


def test_beside_line_far_from_the_drawing_stays() -> None:
    ink = with_line(ring(40), (10, 20), (240, 20))
    np.testing.assert_array_equal(beside(ink, ring(40)), ink)


def test_beside_outline_that_would_be_drawn_twice_is_left_out() -> None:
    left = beside(ring(69), ring(60))
    assert inked(left) < 0.05 * inked(ring(69))


def test_beside_line_that_leaves_the_drawing_keeps_what_is_outside() -> None:
    ink = with_line(ring(), (128, 128), (128, 250))
    left = beside(ink, ring())
    assert not (left[100:180, 120:136] < 128).any()
    assert (left[205:250, 120:136] < 128).any(axis=1).all()


def test_beside_short_end_of_a_line_goes_with_it() -> None:
    ink = with_line(shapes.blank(), (128, 128), (128, 202))
    assert inked(beside(ink, ring())) == 0


def test_beside_no_drawing_leaves_all_ink() -> None:
    ink = with_line(ring(), (90, 120), (166, 136))
    assert beside(ink, shapes.blank()) is ink


def test_beside_face_keeps_its_eyes_where_they_were_drawn() -> None:
    ink = ring(80)
    for x in (100, 156):
        cv2.circle(ink, (x, 115), 8, 0, 2)
    assert beside(ink, ring(76)) is ink


def test_left_of_figures_of_which_nothing_is_left_out_is_nothing() -> None:
    assert left_of(ring(), [(ring(), one) for one in ()]) is None
    whole = ring()
    assert left_of(whole, [(whole, whole)]) is None


def test_left_of_two_figures_leaves_out_of_each_its_own() -> None:
    first, second = ring(20), with_line(shapes.blank(), (10, 240), (200, 240))
    sheet = np.minimum(first, second)
    left = left_of(sheet, [(first, shapes.blank()), (second, second)])
    assert left is not None and not left.flags.writeable
    np.testing.assert_array_equal(left, second)


def test_beside_line_along_the_edge_of_what_is_near_is_kept_or_left_out_in_its_whole_width() -> (
    None
):
    for radius in range(61, 72):
        ink = ring(radius)
        left = beside(ink, ring())
        for side in (np.s_[128, :128], np.s_[128, 128:]):
            kept, drawn = (left[side] < 128).sum(), (ink[side] < 128).sum()
            assert kept in (0, drawn), radius


def test_beside_line_across_a_hatching_is_left_out_between_its_lines_too() -> None:
    drawing = shapes.blank()
    for at in range(70, 190, 10):
        cv2.line(drawing, (at, 70), (at, 190), 0, 3)
    ink = with_line(with_line(shapes.blank(), (70, 70), (70, 190)), (74, 130), (186, 132))
    left = beside(ink, drawing)
    assert not (left[120:140, 90:170] < 128).any()
    assert (left[80:115, 66:74] < 128).any(axis=1).all()


def test_beside_figure_elsewhere_on_the_sheet_leaves_the_same() -> None:
    ink, picture = with_line(ring(40), (60, 120), (196, 136)), ring(40)
    left = beside(ink, picture)
    assert left is not ink
    for moved in ((48, 32), (-48, -40), (-40, 48)):
        elsewhere = beside(*(np.roll(one, moved, axis=(0, 1)) for one in (ink, picture)))
        np.testing.assert_array_equal(elsewhere, np.roll(left, moved, axis=(0, 1)))
