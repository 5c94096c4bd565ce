"""How many strokes there are: settled ink sorted into strokes as it appears."""

from __future__ import annotations

from copy import copy

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import Homography, as_gray, square

_PAUSE_S = 1.5
"""Ink that joins a stroke which has not grown this long begins another one."""
_SMALLEST_PX = 6

Numbers = NDArray[np.uint16]


class StrokeBook:
    """Numbers the strokes of one sheet in their order of appearance."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._numbers: Numbers = np.zeros(shape, np.uint16)
        self._grown_at: list[float] = [0.0]

    def note(self, settled: Gray, changed: tuple[slice, slice], now_s: float) -> int:
        """Sort ink that has just settled into strokes.

        Args:
            settled: (H, W) uint8, 1 on settled ink.
            changed: rows and columns in which it has changed.
            now_s: time of the frame.

        Returns:
            How many strokes began.
        """
        y, x = (slice(max(0, part.start - 2), part.stop + 2) for part in changed)
        numbers, ink = self._numbers[y, x], settled[y, x]
        numbers *= ink
        new = as_gray((ink > 0) & (numbers == 0))
        if not new.any():
            return 0
        count, labels = cv2.connectedComponents(cv2.dilate(new, square(3)), connectivity=8)
        began = 0
        # Little is new: only that, and what is right beside it, is looked at.
        rows, columns = np.nonzero(labels)
        found, is_new = labels[rows, columns], new[rows, columns] > 0
        for label in range(1, count):
            mine = found == label
            touched = np.unique(numbers[rows[mine], columns[mine]])
            grown = [n for n in touched if n and now_s - self._grown_at[n] < _PAUSE_S]
            small = np.count_nonzero(mine & is_new) < _SMALLEST_PX and touched.any()
            if grown or small:
                number = int(max(grown)) if grown else int(touched.max())
            else:
                number = len(self._grown_at)
                self._grown_at.append(now_s)
                began += 1
            mine &= is_new
            numbers[rows[mine], columns[mine]] = number
            self._grown_at[number] = now_s
        return began

    def moved(self, old_to_new: Homography) -> StrokeBook:
        """Return the same strokes after the sheet moved by a homography of frame pixels."""
        size = (self._numbers.shape[1], self._numbers.shape[0])
        other = copy(self)
        numbers = cv2.warpPerspective(self._numbers, old_to_new, size, flags=cv2.INTER_NEAREST)
        other._numbers = np.asarray(numbers, np.uint16)
        other._grown_at = list(self._grown_at)
        return other
