"""Sure ink counts at once, all other ink after the time in the settings."""

from __future__ import annotations

import numpy as np
import pytest

from exhibit.contract.values import Gray
from exhibit.ink.settle import PIECE_PX, Settler

SHAPE = (40, 60)
FRAME_MS, SETTLE_MS = 33, 400
ALL: Gray = np.ones(SHAPE, np.uint8)
NONE: Gray = np.zeros(SHAPE, np.uint8)


def _line() -> Gray:
    ink = NONE.copy()
    ink[20:22, 10:50] = 1
    return ink


def _settle(
    settler: Settler, seen: Gray, frames: int, dark: Gray = ALL, free: Gray = ALL, least_px: int = 1
) -> int:
    """Show the same for a while; return after how many ms it counted, or 0."""
    for number in range(1, frames + 1):
        if settler.step(seen, free, dark, (FRAME_MS, SETTLE_MS), least_px):
            return number * FRAME_MS
    return 0


def test_settle_dark_stroke_counts_after_a_seventh_of_the_time() -> None:
    settler = Settler(NONE)
    assert _settle(settler, _line(), 20) <= SETTLE_MS / 7 + FRAME_MS
    assert np.array_equal(settler.settled, _line())


@pytest.mark.parametrize("what", ["faint", "a single pixel"])
def test_settle_what_is_not_sure_counts_after_all_of_the_time(what: str) -> None:
    seen = _line()
    if what == "a single pixel":
        seen = NONE.copy()
        seen[20, 20] = 1
    waited = _settle(Settler(NONE), seen, 20, dark=NONE if what == "faint" else ALL)
    assert SETTLE_MS < waited <= SETTLE_MS + FRAME_MS


def test_settle_ink_is_taken_back_after_all_of_the_time_and_is_never_sure_again() -> None:
    settler = Settler(_line())
    assert _settle(settler, NONE, 20) > SETTLE_MS
    assert _settle(settler, _line(), 20) > SETTLE_MS


def test_settle_hidden_ink_stays_as_it_was() -> None:
    settler = Settler(_line())
    assert _settle(settler, NONE, 60, free=NONE) == 0
    assert np.array_equal(settler.settled, _line())


def test_settle_single_pixels_of_a_still_sheet_never_change() -> None:
    settler = Settler(_line())
    noise = _line()
    noise[19, 12:50:6] = 1
    noise[20, 15:50:6] = 0
    assert _settle(settler, noise, 60, least_px=PIECE_PX) == 0
    more = _line()
    more[22:25, 10:50] = 1
    assert _settle(settler, more, 20, least_px=PIECE_PX) > 0
    assert np.array_equal(settler.settled, more)


def test_settle_within_a_box_is_the_same_as_in_the_whole_picture() -> None:
    whole, part = Settler(NONE), Settler(NONE)
    box = np.s_[15:30, 5:55]
    for number in range(8):
        times_ms = (FRAME_MS, SETTLE_MS)
        seen = _line() if number % 5 else NONE
        changed = whole.step(seen, ALL, ALL, times_ms, 1)
        assert part.step(seen[box], ALL[box], ALL[box].copy(), times_ms, 1, box) == changed
        assert np.array_equal(part.settled, whole.settled) and part.changed == whole.changed
    assert whole.settled.any()
