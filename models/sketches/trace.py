"""Follow thinned lines into strokes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats

Mask = NDArray[np.bool_]
_RING = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""The eight neighbours in circular order, as (row, column) steps."""


def follow(centre_lines: Mask, min_length_px: int = 4) -> list[Floats]:
    """Follow one-pixel lines into polylines, from their ends first, straight on at crossings.

    Args:
        centre_lines: (H, W) bool, thinned.
        min_length_px: shorter lines are left out.

    Returns:
        Strokes of (n, 2) float32, x and y of pixel centres in the unit square.
    """
    height, width = centre_lines.shape
    left = {(int(y), int(x)) for y, x in np.argwhere(centre_lines)}
    ends = [point for point in left if len(_neighbours(point, left)) == 1]
    strokes = []
    for start in [*sorted(ends), *sorted(left)]:
        if start not in left:
            continue
        line = _walk(start, left)
        if _neighbours(start, left):
            backwards = _walk(start, left | {start})[1:]
            left.difference_update(backwards)
            line = [*reversed(backwards), *line]
        if len(line) >= min_length_px:
            yx = np.array(line, np.float32) + 0.5
            strokes.append(np.stack([yx[:, 1] / width, yx[:, 0] / height], axis=1))
    return strokes


def _neighbours(point: tuple[int, int], left: set[tuple[int, int]]) -> list[tuple[int, int]]:
    y, x = point
    return [(y + dy, x + dx) for dy, dx in _RING if (y + dy, x + dx) in left]


def _walk(start: tuple[int, int], left: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Remove and return a line from `left`, choosing the neighbour most in line with the last."""
    line = [start]
    left.discard(start)
    heading = (0.0, 0.0)
    while True:
        here = line[-1]
        options = _neighbours(here, left)
        if not options:
            return line
        step = max(
            options,
            key=lambda p: (p[0] - here[0]) * heading[0] + (p[1] - here[1]) * heading[1],
        )
        heading = (
            0.6 * heading[0] + 0.4 * (step[0] - here[0]),
            0.6 * heading[1] + 0.4 * (step[1] - here[1]),
        )
        left.discard(step)
        line.append(step)
