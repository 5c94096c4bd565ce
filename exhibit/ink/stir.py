"""What stirs on the sheet, cell by cell, and what lies still beside a hand that moves.

All pictures here are small (see `field.SHRINK`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, dilated, square

_STIRS, _LONELY = 4, 3
"""Change of brightness (128 is paper's) that is more than noise, and how many cells may show it by
noise alone."""
_DRIFTS = 0.05
"""A sheet is quiet that changes no faster than a mean to which a frame adds this share."""
_MOVES, _MOVED = 32, 8
"""Change of brightness by which a cell is covered or uncovered, and how many such cells around
a place show that something has moved there by as much as a pen is wide."""
_BESIDE, _REACH = 6, 5
"""Cells around a hand in which it makes doubtful what is seen, and around what moves in which
stillness proves something."""
STILL_MS = 60
"""What has been still for so long is no part of a hand that has moved within that time."""
_ATTENDED_MS = 500
"""What is drawn appears where a hand has been within this time."""
LONGEST_MS = 60_000
"""Nothing is counted for longer."""


class Stir:
    """Counts for how long each cell has been still."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.still_ms: NDArray[np.uint16] = np.zeros(shape, np.uint16)
        """(h, w), for how long each cell has looked the same."""
        self.moved_ms: NDArray[np.uint16] = np.zeros(shape, np.uint16)
        """(h, w), since when each cell has not been covered or uncovered."""
        self.quiet_ms = 0
        """For how long nothing on the sheet has stirred."""
        self.passed_ms = 0
        """Time since the frame before."""
        self._last: Gray = np.zeros(shape, np.uint8)
        self._mean: Floats = np.zeros(shape, np.float32)
        self._looked: Gray = np.zeros(shape, np.uint8)
        self._outlasted: Gray = np.zeros(shape, np.uint8)
        self._trusted: Gray = np.zeros(shape, np.uint8)
        self._alone_ms: NDArray[np.uint16] = np.zeros(shape, np.uint16)
        self._beside: Gray = np.zeros(shape, np.uint8)
        self._longest_ms: NDArray[np.uint16] = np.full(shape, LONGEST_MS, np.uint16)
        self._now_s: float | None = None

    def step(self, seen: Gray, within: Gray, now_s: float) -> None:
        """Take one frame into account.

        Args:
            seen: (h, w) uint8, brightness over that of paper, 128 paper.
            within: (h, w) uint8, not 0 on the sheet.
            now_s: time of the frame.
        """
        if self._now_s is None:
            self._last, self._looked, self._mean = seen.copy(), seen.copy(), seen.astype(np.float32)
        elapsed_s = 0.0 if self._now_s is None else now_s - self._now_s
        self.passed_ms, self._now_s = min(max(round(1000 * elapsed_s), 0), 1000), now_s
        stirs = cv2.absdiff(seen, self._last) >= _STIRS
        cv2.copyTo(seen, as_gray(stirs), self._last)
        self.still_ms = self._counted(self.still_ms, stirs)
        moves = cv2.absdiff(seen, self._looked) >= _MOVES
        cv2.copyTo(seen, as_gray(moves), self._looked)
        self.moved_ms = self._counted(self.moved_ms, moves)
        drifts = np.abs(seen - self._mean) < _STIRS
        stirring = np.count_nonzero(stirs & ~drifts & (within > 0)) > _LONELY
        cv2.accumulateWeighted(seen, self._mean, _DRIFTS)
        self.quiet_ms = 0 if stirring else min(self.quiet_ms + self.passed_ms, LONGEST_MS)

    def attend(self, hands: Gray) -> None:
        """Take hands (h, w) uint8, 1 there, into account; after `step`."""
        self._beside = dilated(hands, _BESIDE)
        self._alone_ms = self._counted(self._alone_ms, self._beside)

    def still_beside(self, mask: Gray) -> NDArray[np.uint16]:
        """Return for how long the least still of a place (h, w) uint8, 1 there, has been still.

        Each place is asked together with those right beside it; `LONGEST_MS` where none is marked.
        """
        still_ms = np.full_like(self.still_ms, LONGEST_MS)
        cv2.copyTo(self.still_ms, mask, still_ms)
        return np.asarray(cv2.erode(still_ms, square(3)), np.uint16)

    def _counted(
        self, since_ms: NDArray[np.uint16], begins: NDArray[np.bool_] | Gray
    ) -> NDArray[np.uint16]:
        """Count the time of this frame, (h, w), anew where begins (h, w) is not 0."""
        # NumPy compares two arrays ten times faster than an array and a number.
        counted = np.minimum(since_ms + np.uint16(self.passed_ms), self._longest_ms)
        return np.asarray(counted * np.equal(begins, 0), np.uint16)

    def unannounced(self) -> Gray:
        """Return, 1 there, what has just appeared where no hand has been: one that comes in."""
        return as_gray((self.moved_ms == 0) & (self._alone_ms > _ATTENDED_MS))

    def outlasted(self) -> Gray:
        """Return, 1 there, what has lain still while the hand at it moved: no part of that hand.

        It stays so when the hand comes to rest, until something stirs there. What beside it has
        been still for as long has outlasted the same.
        """
        still = as_gray(self.still_ms >= STILL_MS)
        moves = as_gray(self.moved_ms < STILL_MS)
        side = (2 * _REACH + 1,) * 2
        around = cv2.boxFilter(moves, -1, side, normalize=False, borderType=cv2.BORDER_CONSTANT)
        proven = (self._outlasted | as_gray(around >= _MOVED)) & still
        proven |= as_gray(self.still_ms >= self.still_beside(proven))
        self._outlasted = proven & still & self._beside
        return self._outlasted

    def trusted(self, hands: Gray, paper: Gray) -> Gray:
        """Return, 1 there, paper that lies still beside hands that stir: no pen, and no shadow.

        Less is asked of it than of black, which may be a hand. It stays so when the hand comes to
        rest, until something stirs there.

        Args:
            hands: (h, w) uint8, 1 under hands.
            paper: (h, w) uint8, 1 on what looks like paper, lines left out.
        """
        if not hands.any():
            self._trusted = hands
            return hands
        still = as_gray(self.still_ms >= STILL_MS)
        proven = self._trusted | dilated(hands & (1 - still), _REACH)
        self._trusted = proven & self._beside & paper & still
        return self._trusted
