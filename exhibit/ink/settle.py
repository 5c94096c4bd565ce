"""Calm: ink counts once it has been still and uncovered long enough, sure ink sooner."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray

_QUICK = 7
"""What is sure waits for this share of the time."""
_AROUND = 5
PIECE_PX = 6
"""So many pixels that change within a window of five by five are a piece of a stroke, no noise."""


class Settler:
    """Per pixel, how long what is seen has differed from what is settled."""

    def __init__(self, settled: Gray) -> None:
        """Start from settled ink (H, W) uint8, 1 ink."""
        self.settled = settled
        self.changed = np.s_[0:0, 0:0]
        """Rows and columns in which it changed last."""
        self._differs_ms: NDArray[np.uint16] = np.zeros(settled.shape, np.uint16)
        self._box = np.s_[0:0, 0:0]
        self._taken_back: Gray = np.zeros(settled.shape, np.uint8)

    def step(
        self, seen: Gray, free: Gray, dark: Gray, times_ms: tuple[int, int], least_px: int
    ) -> bool:
        """Take one frame's ink into account.

        Ink is sure where a stroke appears that is dark enough to begin a line, unless ink was
        taken back there before.

        Args:
            seen: (H, W) uint8, 1 on ink seen now.
            free: (H, W) uint8, not 0 where nothing hides the sheet.
            dark: (H, W) uint8, not 0 where the contrast is enough for a line to begin.
            times_ms: time since the frame before, and how long ink must stay before it counts if
                it is not sure.
            least_px: changes of fewer pixels within a window of five by five are noise.

        Returns:
            Whether the settled ink changed.
        """
        other = seen ^ self.settled
        differs = cv2.bitwise_and(other, other, mask=free)
        x, y, width, height = cv2.boundingRect(differs)
        box = np.s_[y : y + height, x : x + width]
        elapsed_ms, settle_ms = times_ms
        passed = np.uint16(min(max(elapsed_ms, 0), 1000))
        waits = self._differs_ms[box] + passed
        if width:
            changed = as_gray(differs)[box]
            size = (_AROUND, _AROUND)
            piece = cv2.boxFilter(
                changed, -1, size, normalize=False, borderType=cv2.BORDER_CONSTANT
            )
            sure = (piece >= PIECE_PX) & (dark[box] > 0) & (self._taken_back[box] == 0)
            waits += passed * np.uint16(_QUICK - 1) * (sure & (seen[box] > 0))
            waits *= piece >= least_px
        waits *= as_gray(differs)[box]
        due = waits > settle_ms
        waits[due] = 0
        self._differs_ms[self._box] = 0
        self._differs_ms[box], self._box = waits, box
        if not due.any():
            return False
        settled, self.changed = self.settled.copy(), box
        self._taken_back[box] |= settled[box] & as_gray(due)
        settled[box] ^= due.view(np.uint8)
        self.settled = settled
        return True
