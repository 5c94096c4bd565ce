"""Delays are those of the ink that is there, whatever order its sheet's corners have."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks.visibility import Visibility
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, Ink, Truth
from exhibit.ink.rectify import square_from_outline

FPS, SIDE = 30.0, 128
OUTLINE = np.array([[60, 40], [580, 50], [575, 440], [65, 430]], np.float32)


def _frame(number: int, drawn: np.ndarray, corners: np.ndarray) -> Frame:
    ink = np.where(drawn > 0, 0, 255).astype(np.uint8)
    truth = Truth(ink, np.full_like(ink, 255), np.zeros(ink.shape, bool), corners)
    return Frame(number, number / FPS, ink, truth)


def _ink(frame: Frame, drawn: np.ndarray) -> Ink:
    to_square = np.diag([SIDE, SIDE, 1.0]) @ square_from_outline(OUTLINE, mirrored=True)
    lines = np.asarray(255 - cv2.warpPerspective(drawn, to_square, (SIDE, SIDE)), np.uint8)
    paper, mask = np.full_like(lines, 255), np.asarray(255 - drawn, np.uint8)
    return Ink(
        sequence=frame.sequence,
        captured_at=frame.captured_at,
        live=lines,
        settled=lines,
        live_mass=paper,
        mass=paper,
        mask=mask,
        hand=np.zeros(drawn.shape, bool),
        sheet=OUTLINE,
        bbox=None,
        coverage=0.0,
    )


@pytest.mark.parametrize("shake_px", [0.0, 3.0])
def test_note_corners_in_the_sheets_own_order_give_the_same_delay(shake_px: float) -> None:
    seen_from_above = OUTLINE[[1, 0, 3, 2]]
    visibility = Visibility(InkConfig(), shake_px)
    drawn = np.zeros((480, 640), np.uint8)
    found = drawn.copy()
    for number in range(30):
        if number == 15:
            cv2.line(drawn, (100, 120), (240, 200), 255, 5)
        if number == 18:
            found = drawn.copy()
        frame = _frame(number, drawn, seen_from_above)
        visibility.note(frame, _ink(frame, found))
    assert len(visibility.delays_ms) > 5
    # Frames 15 to 18 show the stroke: four of them.
    assert visibility.delays_ms == pytest.approx([4000 / FPS] * len(visibility.delays_ms), rel=1e-3)


def _rubbed_out(number: int, drawn: np.ndarray, rubber: np.ndarray) -> Frame:
    frame = _frame(number, drawn, OUTLINE)
    assert frame.truth is not None
    return replace(frame, truth=replace(frame.truth, hand=rubber > 0))


def test_with_erased_rubbed_ink_counts_until_it_has_been_seen_gone_for_as_long_as_ink_must() -> (
    None
):
    visibility = Visibility(InkConfig(settle_ms=390))
    line, none = np.zeros((480, 640), np.uint8), np.zeros((480, 640), np.uint8)
    cv2.line(line, (100, 120), (240, 200), 255, 5)
    rubber = cv2.dilate(line, np.ones((21, 21), np.uint8))
    known = []
    # Drawn, rubbed out under a rubber that stays for a second, and in view from frame 45 on.
    for number in range(75):
        frame = _rubbed_out(
            number, line if number < 15 else none, rubber if 10 <= number < 45 else none
        )
        visibility.note(frame, _ink(frame, none))
        assert frame.truth is not None
        known.append(bool((visibility.with_erased(frame.truth.ink)[line > 0] == 0).all()))
    # 390 ms of settling and 300 ms of grace are 20 frames and a part.
    assert known == [True] * 65 + [False] * 10


def test_with_erased_ink_of_a_sheet_that_moved_counts_no_longer() -> None:
    visibility = Visibility(InkConfig())
    line, none = np.zeros((480, 640), np.uint8), np.zeros((480, 640), np.uint8)
    cv2.line(line, (100, 120), (240, 200), 255, 5)
    for number in range(15):
        frame = _frame(number, line, OUTLINE)
        visibility.note(frame, _ink(frame, line))
    pushed = _frame(15, none, OUTLINE + 30.0)
    visibility.note(pushed, _ink(pushed, line))
    assert pushed.truth is not None
    assert (visibility.with_erased(pushed.truth.ink) == 255).all()
