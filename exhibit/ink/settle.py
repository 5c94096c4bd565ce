"""Calm: ink counts once it has been still and uncovered long enough."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


class Settler:
    """Per pixel, how long what is seen has differed from what is settled."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.settled: Mask = np.zeros(shape, bool)
        self._differs_ms = np.zeros(shape, np.uint16)

    def step(self, seen: Mask, covered: Mask, elapsed_ms: int, settle_ms: int) -> bool:
        """Take one frame's ink into account.

        Args:
            seen: (H, W) bool, ink seen now.
            covered: (H, W) bool, where a hand hides the sheet.
            elapsed_ms: time since the frame before.
            settle_ms: how long ink must stay before it counts.

        Returns:
            Whether the settled ink changed.
        """
        differs = (seen != self.settled) & ~covered
        self._differs_ms += np.uint16(min(elapsed_ms, 1000))
        self._differs_ms *= differs
        due = self._differs_ms > settle_ms
        if not due.any():
            return False
        self.settled = self.settled ^ due
        self._differs_ms[due] = 0
        return True

    def clear(self) -> None:
        """Forget everything: there is a fresh sheet, or none."""
        self.settled = np.zeros_like(self.settled)
        self._differs_ms[:] = 0
