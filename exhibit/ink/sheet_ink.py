"""The ink of one sheet that lies still: averaged, thresholded, settled, held under hands."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Floats, Gray
from exhibit.ink import threshold
from exhibit.ink.bare import specks_of, widened
from exhibit.ink.hold import Hold
from exhibit.ink.images import WHOLE, Box, Homography, Places, above, as_gray, box_around, joined
from exhibit.ink.order import StrokeBook
from exhibit.ink.settle import PIECE_PX, Settler

_SHARE, _QUIET_SHARE, _QUIET_MS = 0.4, 0.06, 700
"""Weight of the newest frame in the running mean of contrast, and once nothing has stirred for a
while: then the edges of ink come to rest."""
_STILL_MS = 1500
"""Once nothing has stirred for so long, single pixels at the edges of ink change no more."""
_LOOK_FRAMES = 12
"""A sheet is looked at this long before its own marks are told from ink."""
_MARK, _DRAWN_SHARE = 63, 0.0005
"""Contrast, of 255, above which a mark is ink; a sheet with more of that is not a fresh one."""
_SPECK = 0.012
"""Longest side of a speck of dirt, as a share of the frame's width."""
_DOUBTED = 0.9
_PAPER = 0.5
"""Share of the contrast that goes on a line, below which a pixel shows paper."""
_TIP_WIDTHS = 5.0
_LINE_PX = 3.0
"""Typical width of a pen's line in a frame 640 pixels wide."""


_RUBBED_OUT = 2
"""What is below a quarter (two bits) of its darkest contrast as ink has been rubbed out."""

FindMarks = Callable[[Gray, threshold.Limits], Gray | None]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """What is where in the frame, (H, W) uint8 masks.

    Args:
        free: 255 where the sheet is seen, 0 under hands and off the sheet.
        near_hand: 1 near a hand.
        rim: 1 along the sheet's edge, where hands are not looked for.
        quiet_ms: for how long nothing on the sheet has stirred.
        has_hand: whether hands are seen on the sheet.
        covered: 1 where something lies that is no ink, or None where nothing does.
        drawn: 1 on broad strokes that are known to be no pen, or None where none are.
        box: rows and columns around the sheet, beyond which nothing is looked at.
    """

    free: Gray
    near_hand: Gray
    rim: Gray
    quiet_ms: int = 0
    has_hand: bool = False
    covered: Gray | None = None
    drawn: Gray | None = None
    box: Box = WHOLE


class SheetInk:
    """What is known of the ink of one sheet in one pose; arrays are (H, W) in frame pixels."""

    def __init__(self, shape: tuple[int, int], find_marks: FindMarks | None = None) -> None:
        """Begin with a sheet that has just come.

        Args:
            shape: (H, W) of the frame.
            find_marks: tells the sheet's own marks from ink; `marks_of_paper` if left out.
        """
        self._find_marks = find_marks or marks_of_paper
        self._contrast: Floats = np.zeros(shape, np.float32)
        self._free: Gray = np.zeros(shape, np.uint8)
        self._near_hand: Gray = np.zeros(shape, np.uint8)
        self._frames = 0
        # Rows and columns beyond which nothing has ever been ink.
        self._box: Box | None = None
        self.seen: Gray = np.zeros(shape, np.uint8)
        self._settler = Settler(np.zeros(shape, np.uint8))
        self._hold = Hold(self.settled)
        self._is_judged_anew = False
        self._marks: Gray | None = None
        self._darkest: Gray = np.zeros(shape, np.uint8)
        self._book = StrokeBook(shape)
        self._line_px = _LINE_PX * max(shape) / 640.0

    @property
    def settled(self) -> Gray:
        """(H, W) uint8, 1 on settled ink."""
        return self._settler.settled

    def note_strokes(self, now_s: float) -> int:
        """Sort ink that has just settled into strokes; return how many began."""
        return self._book.note(self.settled, self._settler.changed, now_s)

    def judge_anew(self) -> None:
        """Let the next frame decide by the settings alone what is ink, and let it count at once."""
        self._is_judged_anew = True

    def step(
        self,
        contrast: Gray,
        place: Place,
        limits: threshold.Limits,
        elapsed_ms: int,
        config: InkConfig,
    ) -> bool:
        """Take one frame into account.

        Args:
            contrast: (H, W) uint8.
            place: what is where in the frame.
            limits: what counts as ink.
            elapsed_ms: time since the frame before.
            config: settings.

        Returns:
            Whether the settled ink changed.
        """
        free = place.free
        as_it_was = self._hold.step(
            place.covered, self.settled, place.has_hand, place.quiet_ms, elapsed_ms
        )
        self._frames += 1
        newest = _SHARE if place.quiet_ms < _QUIET_MS else _QUIET_SHARE
        share = max(newest, 1.0 / self._frames)
        on = place.box
        cv2.accumulateWeighted(contrast[on], self._contrast[on], share, mask=free[on])
        # What was seen for a moment and is covered may have been a pen: it is not yet enough.
        self._doubt(on, as_gray(cv2.subtract(self._free[on], free[on])), _DOUBTED * limits.high)
        self._free = free
        smooth = np.zeros_like(contrast)
        cv2.convertScaleAbs(self._contrast[on], smooth[on])
        if self._frames <= _LOOK_FRAMES:
            if self._frames == _LOOK_FRAMES:
                self._marks = self._find_marks(smooth, limits)
            return False
        if self._marks is not None:
            cv2.subtract(smooth[on], self._marks[on], smooth[on])
        before, settle_ms = self.seen, config.settle_ms
        if self._is_judged_anew:
            # A setting changed what is ink, not what is drawn: nothing needs to come to rest, and
            # only what is sure by the new limits passes for ink that was there before.
            before, settle_ms = before & as_gray(smooth > limits.high), 0
            self._is_judged_anew = False
        shortest = config.despeckle * self._line_px
        tip = _TIP_WIDTHS * self._line_px
        context = threshold.Context(before, place.near_hand, place.rim, place.drawn, shortest, tip)
        here = threshold.box_of(smooth, limits)
        at = threshold.ink_of(smooth, limits, context, here)
        at = self._without_tips(at, contrast, _PAPER * limits.low)
        self._near_hand = place.near_hand
        self._box = box = joined(self._box, here)
        if box is None:
            return False
        found = np.zeros_like(before)
        found.ravel()[self._without_rubbed(at, smooth, box)] = 1
        if settle_ms:
            found = self._hold.kept(found, self.settled, smooth, limits)
        cv2.copyTo(found[box], free[box], self.seen[box])
        if as_it_was is not None:
            where, ink = as_it_was
            cv2.copyTo(ink, where, self.seen)
            if self._settler.turn((self.settled ^ ink) & where):
                return True
        dark = above(smooth[box], limits.high)
        least_px = PIECE_PX if place.quiet_ms >= _STILL_MS and settle_ms else 1
        times_ms = (elapsed_ms, settle_ms)
        return self._settler.step(self.seen[box], free[box], dark, times_ms, least_px, box)

    def _doubt(self, on: Box, hidden: Gray, most: float) -> None:
        """Take back contrast that was not ink yet where a part of the frame is hidden from now on.

        Args:
            on: rows and columns of that part.
            hidden: (h, w) uint8, not 0 where it is hidden from now on.
            most: what is left of the contrast.
        """
        # Little is hidden from one frame to the next: only that is looked at.
        box = box_around(hidden, 0)
        if box is None:
            return
        contrast = self._contrast[on][box]
        doubted = contrast > most
        doubted &= (hidden[box] > 0) & (self.seen[on][box] == 0)
        contrast[doubted] = most

    def _without_tips(self, at: Places, contrast: Gray, least: float) -> Places:
        """Leave out of ink what is new, was beside a hand and is paper now: its pen."""
        new = self._near_hand.ravel()[at] > self.seen.ravel()[at]
        new &= self._free.ravel()[at] > 0
        new &= contrast.ravel()[at] < least
        gone = at[new]
        self._contrast.ravel()[gone] = contrast.ravel()[gone]
        return at[~new]

    def _without_rubbed(self, at: Places, smooth: Gray, box: Box) -> Places:
        """Leave out of ink the trace of a rubber.

        It would go on as a faint part of the line that was cut.
        """
        darkest = self._darkest[box]
        alone = cv2.subtract(self.settled[box], self._near_hand[box])
        cv2.copyTo(np.maximum(darkest, smooth[box]), alone, darkest)
        return at[smooth.ravel()[at] >= self._darkest.ravel()[at] >> _RUBBED_OUT]

    def moved(self, old_to_new: Homography) -> SheetInk:
        """Return the same ink after the sheet moved by a homography of frame pixels."""
        size = (self.seen.shape[1], self.seen.shape[0])
        other = copy(self)
        other._free, other._near_hand = np.zeros_like(self._free), np.zeros_like(self._free)
        other._contrast = np.asarray(
            cv2.warpPerspective(self._contrast, old_to_new, size), np.float32
        )
        other._book = self._book.moved(old_to_new)
        if self._marks is not None:
            other._marks = as_gray(cv2.warpPerspective(self._marks, old_to_new, size))
        other._darkest = as_gray(cv2.warpPerspective(self._darkest, old_to_new, size))
        other.seen = warp_ink(self.seen, old_to_new)
        other._settler = Settler(warp_ink(self.settled, old_to_new))
        other._hold = self._hold.moved(old_to_new, other.settled)
        other._box = box_around(other.seen | other.settled, 0)
        return other


def marks_of_paper(contrast: Gray, limits: threshold.Limits) -> Gray | None:
    """Return the folds and stains of a fresh sheet, (H, W) uint8 contrast; None if drawn on."""
    sure = cv2.countNonZero(as_gray(contrast > _MARK))
    if sure > _DRAWN_SHARE * contrast.size:
        return None
    begun = _begun(contrast, limits)
    marks = np.minimum(contrast, np.uint8(_MARK))
    # A speck is no drawing, however dark.
    np.copyto(marks, contrast, where=specks_of(begun, _SPECK) > 0)
    return widened(marks * begun)


def marks_that_shine_through(contrast: Gray, limits: threshold.Limits) -> Gray:
    """Return everything that is seen (H, W) uint8 contrast: another sheet lies below this one."""
    return widened(contrast * _begun(contrast, limits))


def _begun(contrast: Gray, limits: threshold.Limits) -> Gray:
    return as_gray(contrast > 0.8 * limits.low)


def warp_ink(ink: Gray, old_to_new: Homography) -> Gray:
    """Move ink (H, W) uint8, 1 ink, by a homography of frame pixels."""
    size = (ink.shape[1], ink.shape[0])
    grey = cv2.warpPerspective(ink * np.uint8(255), old_to_new, size)
    return as_gray(grey > 127)
