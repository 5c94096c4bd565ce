"""The sheet's edge: where something comes in across it."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.hand import Sheet, rim_of
from exhibit.ink.images import as_gray, square

_FROM, _TO = 6, 8
"""How far out the table is looked at, in small pixels from where the paper is looked at."""
_COVERED = 0.15
_REACH = square(2 * (_TO + 2) + 1)
"""From the table beside the sheet to the rim of its paper."""


class Edge:
    """Compares the table beside the sheet with what it looks like bare; pictures are small."""

    def __init__(self, within: Gray, bare: Floats | None) -> None:
        """Take the sheet's place into account.

        Args:
            within: (h, w) uint8, not 0 on the sheet.
            bare: (h, w) float32, brightness of the table without a sheet, or None.
        """
        self._within, self._rim = within, rim_of(within)
        self._ring: Gray | None = None
        if bare is not None:
            inner, outer = (cv2.dilate(within, square(2 * n + 1)) for n in (_FROM, _TO))
            self._ring = as_gray((outer > 0) & (inner == 0))
            self._unseen = as_gray(1 - cv2.dilate(self._ring, _REACH))
            self._least, self._most = (bare * np.float32(1 + d) for d in (-_COVERED, _COVERED))

    def look(self, level: Gray) -> Sheet:
        """Return where the sheet is and where its edge is crossed in a frame (h, w) uint8."""
        if self._ring is None:
            return Sheet(self._within, self._rim, self._rim)
        odd = (level < self._least) | (level > self._most)
        beside = as_gray(cv2.dilate(as_gray(odd) & self._ring, _REACH))
        return Sheet(self._within, self._rim, self._rim & (beside | self._unseen))
