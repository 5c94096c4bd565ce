"""A table at which nothing happens: whose frames need not all be looked at."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Frame, Gray

_HALVINGS = 3
"""A cell of eight pixels squared has an eighth of the sensor's noise, and shows a line of one."""
_LEVELS = 8
"""A cell that is brighter or darker by so many greys of 255 has something new in it: a thin line
across it, a finger at its edge. Noise of six greys a pixel does not get there."""
_STILL_S = 15.0
"""Longer than the ink takes to believe that it is the light that is another one (300 frames)."""
_LOOK_EVERY_S = 1.0


class Stillness:
    """Says which frames of an idle table need no look: those that show nothing new.

    Every frame is compared, so that a hand wakes the table with the first frame that shows it. One
    frame a second is looked at whatever it shows: light drifts, and the table learns it.
    """

    def __init__(self) -> None:
        self._cells: Gray | None = None
        self._still_since = self._looked_at = float("-inf")

    def wake(self) -> None:
        """Begin anew: somebody is there, or the next frame must be answered whatever it shows."""
        self._cells = None

    def has_nothing_new(self, frame: Frame) -> bool:
        """Return whether a frame shows what was looked at last, as all did for a while."""
        now, before = frame.captured_at, self._cells
        cells = frame.pixels
        for _ in range(_HALVINGS):
            # Halving has a way of its own, with which three of them take a fifth of one eighth.
            height, width = cells.shape
            size = (max(width // 2, 1), max(height // 2, 1))
            cells = np.asarray(cv2.resize(cells, size, interpolation=cv2.INTER_AREA), np.uint8)
        if before is None or before.shape != cells.shape or _differ(before, cells):
            self._cells, self._still_since, self._looked_at = cells, now, now
            return False
        if now - self._still_since < _STILL_S or now - self._looked_at >= _LOOK_EVERY_S:
            self._cells, self._looked_at = cells, now
            return False
        return True


def _differ(before: Gray, after: Gray) -> bool:
    return float(cv2.norm(before, after, cv2.NORM_INF)) >= _LEVELS
