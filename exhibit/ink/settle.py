"""Calm: ink counts once it has been still and uncovered long enough."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray


class Settler:
    """Per pixel, how long what is seen has differed from what is settled."""

    def __init__(self, settled: Gray) -> None:
        """Start from settled ink (H, W) uint8, 1 ink."""
        self.settled = settled
        self._differs_ms: NDArray[np.uint16] = np.zeros(settled.shape, np.uint16)

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
        differs = cv2.bitwise_and(seen ^ self.settled, seen ^ self.settled, mask=free)
        self._differs_ms += np.uint16(min(max(elapsed_ms, 0), 1000))
        self._differs_ms *= np.asarray(differs, np.uint16)
        due = self._differs_ms > settle_ms
        if not due.any():
            return False
        self.settled = self.settled ^ due.astype(np.uint8)
        self._differs_ms[due] = 0
        return True
