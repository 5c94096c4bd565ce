"""What the ink of one sheet remembers of what was beside a hand."""

from __future__ import annotations

import numpy as np
import pytest

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Gray
from exhibit.ink.sheet_ink import Place, SheetInk, marks_of_paper, marks_that_shine_through
from exhibit.ink.threshold import limits_for

SHAPE = (480, 640)
FRAME_MS = 33
FREE: Gray = np.full(SHAPE, 255, np.uint8)
NONE: Gray = np.zeros(SHAPE, np.uint8)
NEAR: Gray = np.ones(SHAPE, np.uint8)
LIMITS = limits_for(1.0, 0.5)


def _look(ink: SheetInk, contrast: Gray, near_hand: Gray, drawn: Gray | None = None) -> int:
    """Show a frame; return how many pixels pass for ink."""
    place = Place(FREE, near_hand, NONE, drawn=drawn)
    ink.step(contrast, place, LIMITS, FRAME_MS, InkConfig())
    return int(np.count_nonzero(ink.seen))


@pytest.fixture
def ink() -> SheetInk:
    """Ink of a fresh sheet that has been looked at."""
    fresh = SheetInk(SHAPE)
    for _ in range(15):
        assert _look(fresh, NONE, NONE) == 0
    return fresh


def test_sheet_ink_tip_of_a_pen_that_rests_and_leaves_is_none(ink: SheetInk) -> None:
    tip = NONE.copy()
    tip[30:37, 40:43] = 200
    assert [_look(ink, tip, NEAR) for _ in range(6)] == [0] * 6
    assert [_look(ink, NONE, NONE) for _ in range(6)] == [0] * 6


def test_sheet_ink_dot_that_stays_when_the_hand_leaves_is_ink_at_once(ink: SheetInk) -> None:
    dot = NONE.copy()
    dot[30:37, 40:43] = 200
    for _ in range(6):
        _look(ink, dot, NEAR)
    assert _look(ink, dot, NONE) == 21


def test_marks_of_paper_folds_count_to_a_quarter_specks_whole_and_both_a_fifth_wider() -> None:
    contrast = NONE.copy()
    contrast[100, 50:600] = 60
    contrast[150, 50:150] = 80
    contrast[300:303, 400:403] = 200
    contrast[200, 50:600] = LIMITS.low / 2
    marks = marks_of_paper(contrast, LIMITS)
    assert marks is not None
    expected = NONE.copy()
    expected[99:102, 49:601] = 72
    expected[149:152, 49:151] = 76
    expected[299:304, 399:404] = 240
    np.testing.assert_array_equal(marks, expected)


def test_marks_of_paper_sheet_that_is_drawn_on_has_none() -> None:
    contrast = NONE.copy()
    contrast[100:110, 50:600] = 80
    assert marks_of_paper(contrast, LIMITS) is None


def test_marks_that_shine_through_are_all_that_is_seen() -> None:
    contrast = NONE.copy()
    contrast[100:110, 50:600] = 100
    expected = NONE.copy()
    expected[99:111, 49:601] = 120
    np.testing.assert_array_equal(marks_that_shine_through(contrast, LIMITS), expected)


def test_moved_sheet_has_its_ink_where_it_lies_now_and_the_old_one_stays_as_it_was(
    ink: SheetInk,
) -> None:
    line = NONE.copy()
    line[200:204, 100:300] = 220
    for _ in range(30):
        _look(ink, line, NONE)
    seen, settled = ink.seen.copy(), ink.settled.copy()
    assert settled[200:204, 100:300].all()
    moved = ink.moved(np.array([[1, 0, 40], [0, 1, 0], [0, 0, 1]], np.float64))
    np.testing.assert_array_equal(moved.settled[:, 40:], settled[:, :-40])
    assert _look(moved, np.roll(line, 40, axis=1), NONE) == np.count_nonzero(seen)
    np.testing.assert_array_equal(ink.seen, seen)
    np.testing.assert_array_equal(ink.settled, settled)
    assert _look(ink, line, NONE) == np.count_nonzero(seen)


def test_sheet_ink_dot_that_is_known_to_be_drawn_is_ink_beside_the_hand(ink: SheetInk) -> None:
    dot, drawn = NONE.copy(), NONE.copy()
    dot[30:37, 40:43] = dot[130:137, 40:43] = 200
    drawn[32:36, 40:44] = 1
    assert _look(ink, dot, NEAR, drawn) == 21
    assert ink.seen[30:37, 40:43].all()


def test_sheet_ink_sheet_in_a_part_of_the_frame_is_read_as_in_the_whole_of_it() -> None:
    line, free, gone = NONE.copy(), NONE.copy(), NONE.copy()
    line[200:204, 100:300] = 220
    free[100:400, 50:500] = 255
    gone[100:400, 200:500] = 255
    whole, part = SheetInk(SHAPE), SheetInk(SHAPE)
    around = np.s_[92:408, 42:508]
    for number in range(60):
        shown = free if number % 20 < 15 else gone
        contrast = line if number % 7 else NONE
        whole.step(contrast, Place(shown, NONE, NONE), LIMITS, FRAME_MS, InkConfig())
        part.step(contrast, Place(shown, NONE, NONE, box=around), LIMITS, FRAME_MS, InkConfig())
        np.testing.assert_array_equal(part.seen, whole.seen)
        np.testing.assert_array_equal(part.settled, whole.settled)
    assert whole.settled[200:204, 100:300].all()
