"""What stirs on the sheet, cell by cell, and what lies still beside a hand that moves.

All pictures here are small (see `field.SHRINK`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, ellipse

_STIRS, _LONELY = 4, 3
"""Change of brightness (128 is paper's) that is more than noise, and how many cells may show it by
noise alone."""
_DRIFTS = 0.05
"""A sheet is quiet that changes no faster than a mean to which a frame adds this share."""
_BESIDE, _REACH = 6, 5
"""Cells around a hand in which it makes doubtful what is seen, and around those of it that move in
which stillness proves something."""
_STILL_MS = 60
"""What has been still for so long is no part of a hand that has moved within that time."""
_LONGEST_MS = 1_000_000


class Stir:
    """Counts for how long each cell has been still."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.still_ms: NDArray[np.int32] = np.zeros(shape, np.int32)
        """(h, w), for how long each cell has looked the same."""
        self.quiet_ms = 0
        """For how long nothing on the sheet has stirred."""
        self.passed_ms = 0
        """Time since the frame before."""
        self._last: Gray = np.zeros(shape, np.uint8)
        self._mean: Floats = np.zeros(shape, np.float32)
        self._trusted: Gray = np.zeros(shape, np.uint8)
        self._now_s: float | None = None

    def step(self, seen: Gray, within: Gray, now_s: float) -> None:
        """Take one frame into account.

        Args:
            seen: (h, w) uint8, brightness over that of paper, 128 paper.
            within: (h, w) uint8, not 0 on the sheet.
            now_s: time of the frame.
        """
        if self._now_s is None:
            self._last, self._mean = seen.copy(), seen.astype(np.float32)
        elapsed_s = 0.0 if self._now_s is None else now_s - self._now_s
        self.passed_ms, self._now_s = min(max(round(1000 * elapsed_s), 0), 1000), now_s
        stirs = cv2.absdiff(seen, self._last) >= _STIRS
        np.copyto(self._last, seen, where=stirs)
        self.still_ms += np.int32(self.passed_ms)
        self.still_ms[stirs] = 0
        drifts = np.abs(seen - self._mean) < _STIRS
        stirring = np.count_nonzero(stirs & ~drifts & (within > 0)) > _LONELY
        cv2.accumulateWeighted(seen, self._mean, _DRIFTS)
        self.quiet_ms = 0 if stirring else min(self.quiet_ms + self.passed_ms, _LONGEST_MS)

    def trusted(self, hands: Gray, paper: Gray) -> Gray:
        """Return, 1 there, what lies still beside hands that move: neither pen nor shadow.

        What was trusted stays so when the hand comes to rest, until something stirs there.

        Args:
            hands: (h, w) uint8, 1 under hands.
            paper: (h, w) uint8, 1 on what looks like paper, lines left out.
        """
        if not hands.any():
            self._trusted = np.zeros_like(hands)
            return self._trusted
        beside = as_gray(cv2.dilate(hands, ellipse(_BESIDE))) & ~as_gray(
            cv2.dilate(hands, ellipse(1))
        )
        moving = as_gray(self.still_ms < _STILL_MS) & hands
        proven = self._trusted | as_gray(cv2.dilate(moving, ellipse(_REACH)))
        still = as_gray(self.still_ms >= _STILL_MS)
        self._trusted = as_gray(proven & beside & paper & still)
        return self._trusted
