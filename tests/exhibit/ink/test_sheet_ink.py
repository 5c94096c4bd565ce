"""What the ink of one sheet remembers of what was beside a hand."""

from __future__ import annotations

import numpy as np
import pytest

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Gray
from exhibit.ink.sheet_ink import Place, SheetInk
from exhibit.ink.threshold import limits_for

SHAPE = (480, 640)
FRAME_MS = 33
FREE: Gray = np.full(SHAPE, 255, np.uint8)
NONE: Gray = np.zeros(SHAPE, np.uint8)
NEAR: Gray = np.ones(SHAPE, np.uint8)
LIMITS = limits_for(1.0, 0.5)


def _look(ink: SheetInk, contrast: Gray, near_hand: Gray) -> int:
    """Show a frame; return how many pixels pass for ink."""
    ink.step(contrast, Place(FREE, near_hand, NONE), LIMITS, FRAME_MS, InkConfig())
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
