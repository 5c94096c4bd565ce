"""Calm: ink counts once it has been still and uncovered long enough."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray


class Settler:
    """Per pixel, how long what is seen has differed from what is settled."""

    def __init__(self, settled: Gray) -> None:
        """Start from settled ink (H, W) uint8, 1 ink."""
        self.settled = settled
        self._differs_ms: NDArray[np.uint16] = np.zeros(settled.shape, np.uint16)
        self._box = np.s_[0:0, 0:0]

    def step(self, seen: Gray, free: Gray, elapsed_ms: int, settle_ms: int) -> bool:
        """Take one frame's ink into account.

        Args:
            seen: (H, W) uint8, 1 on ink seen now.
            free: (H, W) uint8, not 0 where nothing hides the sheet.
            elapsed_ms: time since the frame before.
            settle_ms: how long ink must stay before it counts.

        Returns:
            Whether the settled ink changed.
        """
        other = seen ^ self.settled
        differs = cv2.bitwise_and(other, other, mask=free)
        x, y, width, height = cv2.boundingRect(differs)
        box = np.s_[y : y + height, x : x + width]
        waits = self._differs_ms[box] + np.uint16(min(max(elapsed_ms, 0), 1000))
        waits *= as_gray(differs)[box]
        due = waits > settle_ms
        waits[due] = 0
        self._differs_ms[self._box] = 0
        self._differs_ms[box], self._box = waits, box
        if not due.any():
            return False
        settled = self.settled.copy()
        settled[box] ^= due.view(np.uint8)
        self.settled = settled
        return True
