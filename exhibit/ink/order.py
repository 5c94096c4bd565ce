"""Which stroke came first: settled ink sorted into strokes as it appears."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray, Stroke
from exhibit.ink.images import Homography, as_gray, square
from exhibit.ink.thin import thin
from exhibit.ink.trace import trace

_PAUSE_S = 1.5
"""Ink that joins a stroke which has not grown this long begins another one."""
_SMALLEST_PX = 6

Numbers = NDArray[np.uint16]


class StrokeBook:
    """Numbers the strokes of one sheet in their order of appearance."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._numbers: Numbers = np.zeros(shape, np.uint16)
        self._appeared: NDArray[np.float32] = np.zeros(shape, np.float32)
        self._grown_at: list[float] = [0.0]

    def note(self, settled: Gray, now_s: float) -> int:
        """Sort ink that has just settled into strokes.

        Args:
            settled: (H, W) uint8, 1 on settled ink.
            now_s: time of the frame.

        Returns:
            How many strokes began.
        """
        self._numbers *= settled
        fresh = as_gray((settled > 0) & (self._numbers == 0))
        x, y, width, height = cv2.boundingRect(fresh)
        if width == 0:
            return 0
        y0, x0 = max(0, y - 2), max(0, x - 2)
        box = np.s_[y0 : y + height + 2, x0 : x + width + 2]
        numbers, new = self._numbers[box], fresh[box]
        self._appeared[box][new > 0] = now_s
        count, labels = cv2.connectedComponents(cv2.dilate(new, square(3)), connectivity=8)
        began = 0
        for label in range(1, count):
            here = labels == label
            touched = np.unique(numbers[here])
            grown = [n for n in touched if n and now_s - self._grown_at[n] < _PAUSE_S]
            small = np.count_nonzero(here & (new > 0)) < _SMALLEST_PX and touched.any()
            if grown or small:
                number = int(max(grown)) if grown else int(touched.max())
            else:
                number = len(self._grown_at)
                self._grown_at.append(now_s)
                began += 1
            numbers[here & (new > 0)] = number
            self._grown_at[number] = now_s
        return began

    def moved(self, old_to_new: Homography) -> StrokeBook:
        """Return the same strokes after the sheet moved by a homography of frame pixels."""
        shape = self._numbers.shape
        other = StrokeBook((shape[0], shape[1]))
        size = (shape[1], shape[0])
        for name in ("_numbers", "_appeared"):
            old = getattr(self, name)
            setattr(
                other, name, cv2.warpPerspective(old, old_to_new, size, flags=cv2.INTER_NEAREST)
            )
        other._grown_at = list(self._grown_at)
        return other

    def strokes(self, settled: Gray) -> tuple[Stroke, ...]:
        """Return the centre lines of settled ink (H, W) uint8, in order of appearance."""
        found: list[Stroke] = []
        for number in np.unique(self._numbers[settled > 0]):
            mask = as_gray((self._numbers == number) & (settled > 0))
            x, y, width, height = cv2.boundingRect(mask)
            box = np.s_[y : y + height, x : x + width]
            lines = thin(np.pad(mask[box], 1))
            appeared = np.pad(self._appeared[box], 1)
            width_px = cv2.countNonZero(mask) / max(1, cv2.countNonZero(lines))
            for points in trace(lines, appeared):
                shifted = points + np.array([x - 1, y - 1], np.float32)
                found.append(Stroke(len(found), shifted, width_px))
        return tuple(found)
