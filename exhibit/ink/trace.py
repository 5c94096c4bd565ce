"""From centre lines one pixel wide to polylines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray

_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))

Pixel = tuple[int, int]


def trace(lines: Gray, appeared: NDArray[np.float32]) -> list[Floats]:
    """Follow centre lines from where they appeared first.

    Args:
        lines: (h, w) uint8, 1 on centre lines, 0 on the border of the array.
        appeared: (h, w) float32, when each pixel appeared.

    Returns:
        Polylines (n, 2) float32 of x, y; branches are polylines of their own.
    """
    rows, columns = np.nonzero(lines)
    left: set[Pixel] = set(zip(rows.tolist(), columns.tolist(), strict=True))
    ends = [p for p in left if _degree(p, left) <= 1]
    ends.sort(key=lambda p: (float(appeared[p]), p))
    found = []
    while left:
        start = next((p for p in ends if p in left), None) or min(
            left, key=lambda p: (float(appeared[p]), p)
        )
        path = _follow(start, left)
        points = np.array([(column, row) for row, column in path], np.float32)
        found.append(points)
    return found


def _degree(pixel: Pixel, pixels: set[Pixel]) -> int:
    return sum((pixel[0] + dy, pixel[1] + dx) in pixels for dy, dx in _STEPS)


def _follow(start: Pixel, left: set[Pixel]) -> list[Pixel]:
    """Walk on as straight as possible until no pixel is left; takes the path out of `left`."""
    path = [start]
    left.discard(start)
    heading = (0.0, 0.0)
    while True:
        y, x = path[-1]
        nexts = [(dy, dx) for dy, dx in _STEPS if (y + dy, x + dx) in left]
        if not nexts:
            return path
        best = max(nexts, key=lambda s: (s[0] * heading[0] + s[1] * heading[1]) / np.hypot(*s))
        heading = (0.7 * heading[0] + best[0], 0.7 * heading[1] + best[1])
        path.append((y + best[0], x + best[1]))
        left.discard(path[-1])
