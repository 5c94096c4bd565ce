"""Single rules about what lies on the sheet, without pictures.

Spans the watches that the extractor asks: cover, curl, resting, sheet ink.
"""

from __future__ import annotations

import numpy as np
import pytest

from exhibit.contract.settings.schema import InkConfig
from exhibit.ink.cover import CoverWatch
from exhibit.ink.curl import is_raised
from exhibit.ink.resting import Resting
from exhibit.ink.sheet_ink import Place, SheetInk
from exhibit.ink.threshold import Limits

SHAPE = (120, 160)
PIECE = np.s_[40:80, 60:110]
SHEET = np.array([[60, 40], [580, 50], [575, 440], [65, 430]], np.float32)


def _rest(watch: Resting, share: float, seconds: float, start_s: float = 0.0) -> tuple[int, int]:
    """Let a piece of this brightness lie still; return how often it was paper, and reported."""
    ratio = np.ones(SHAPE, np.float32)
    ratio[PIECE] = share
    hands = (ratio != 1.0).astype(np.uint8)
    level = (150 * ratio).astype(np.uint8)
    steps = [watch.step(level, ratio, hands, start_s + t) for t in np.arange(0.0, seconds, 0.25)]
    return sum(p is not None for p, _ in steps), sum(len(left) for _, left in steps)


@pytest.mark.parametrize("share", [0.3, 1.24], ids=["dark", "bright"])
def test_resting_thing_like_a_hand_is_never_paper_and_reported_once(share: float) -> None:
    assert _rest(Resting(SHAPE), share, 50.0) == (0, 0)
    assert _rest(Resting(SHAPE), share, 200.0) == (0, 1)


def test_resting_patch_nearly_as_bright_as_paper_is_paper_after_a_while() -> None:
    assert _rest(Resting(SHAPE), 1.08, 6.0)[0] == 0
    assert _rest(Resting(SHAPE), 1.08, 10.0)[0] > 0


def test_resting_hand_whose_fingers_stir_is_never_paper_nor_reported() -> None:
    watch, ratio = Resting(SHAPE), np.ones(SHAPE, np.float32)
    found = []
    for number in range(400):
        ratio[:] = 1.0
        ratio[PIECE] = 1.1
        ratio[40:80, 110 : 112 + 3 * (number // 20 % 2)] = 1.1
        hands = (ratio != 1.0).astype(np.uint8)
        found.append(watch.step((150 * ratio).astype(np.uint8), ratio, hands, 0.25 * number))
    assert all(paper is None and not left for paper, left in found)


def test_resting_thing_that_outlasts_its_sheet_belongs_to_the_table() -> None:
    watch = Resting(SHAPE)
    assert _rest(watch, 0.3, 20.0)[0] == 0
    watch.new_sheet()
    assert _rest(watch, 0.3, 20.0, start_s=20.0)[0] > 0


def test_resting_patch_where_a_hand_was_when_paper_was_guessed_is_paper_soon() -> None:
    watch, ratio = Resting(SHAPE), np.ones(SHAPE, np.float32)
    ratio[PIECE] = 0.8
    hands, level = (ratio != 1.0).astype(np.uint8), np.full(SHAPE, 150, np.uint8)
    said = [watch.step(level, ratio, hands, 0.25 * n)[0] for n in range(16)]
    assert any(paper is not None for paper in said)


def _cover(paper: float, around: float, arm: float = 1.0) -> float | None:
    """Return what a watch says of paper and of what is around it that change by these factors."""
    watch = CoverWatch(SHAPE)
    within = np.zeros(SHAPE, np.uint8)
    within[25:95, 25:135] = 255
    level = np.where(within > 0, 180, 60).astype(np.float32)
    for _ in range(20):
        watch.step(level.astype(np.uint8), within, within)
    level *= np.where(within > 0, paper, around)
    level[:, :40][within[:, :40] == 0] *= arm
    said = [watch.step(level.astype(np.uint8), within, within) for _ in range(40)]
    found = [factor for factor in said if factor is not None]
    assert len(found) <= 1
    return found[0] if found else None


def test_cover_watch_paper_on_paper_changes_the_sheet_alone() -> None:
    assert _cover(1.12, 1.0) == pytest.approx(1.12, abs=0.02)
    assert _cover(0.75, 1.0) == pytest.approx(0.75, abs=0.02)


def test_cover_watch_is_quiet_where_all_light_changes_or_an_arm_lies_beside_the_sheet() -> None:
    assert _cover(0.8, 0.8) is None
    assert _cover(1.0, 1.0, arm=1.8) is None


def test_is_raised_smaller_or_bent_outline_is_and_a_pushed_one_is_not() -> None:
    turn = np.array([[np.cos(0.1), np.sin(0.1)], [-np.sin(0.1), np.cos(0.1)]])
    pushed = (SHEET @ turn + [12, -7]).astype(np.float32)
    bent = SHEET.copy()
    bent[2] -= 40
    assert not is_raised(SHEET, pushed)
    assert is_raised(SHEET, SHEET.mean(axis=0) + 0.95 * (SHEET - SHEET.mean(axis=0)))
    assert is_raised(SHEET, bent)


def test_sheet_ink_pen_glimpsed_before_a_hand_covers_it_is_no_ink_afterwards() -> None:
    ink = SheetInk((480, 640))
    limits, config = Limits(18.0, 32.0, 1.0), InkConfig()
    blank = np.zeros((480, 640), np.uint8)
    pen, free, near = blank.copy(), np.full_like(blank, 255), np.ones_like(blank)
    pen[200:204, 300:312] = 150
    for contrast, seen, beside, frames in (
        (blank, free, blank, 15),
        (pen, free, near, 1),
        (blank, blank, near, 10),
        (blank, free, blank, 5),
    ):
        for _ in range(frames):
            ink.step(contrast, Place(seen, beside, blank), limits, 33, config)
            assert not ink.seen.any()
