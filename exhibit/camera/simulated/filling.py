"""Visitors who make shapes black: a pen that goes to and fro inside a closed stroke."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.visit import Floats64

_STEP_MM = 0.5
"""Shapes are filled on a grid this fine."""
_SMALLEST_MM2, _LARGEST_MM2 = 25.0, 2500.0
_NEARLY_CLOSED = 0.36
"""Gap between both ends of a closed stroke, as a share of its length."""
_OVERLAP, _SPEED_MM_S = 0.65, 170.0


def is_closed_shape(stroke: Floats64) -> bool:
    """Whether a stroke (n, 2 or more), x_mm and y_mm first, encloses something worth filling."""
    outline = stroke[:, :2]
    length = float(np.hypot(*np.diff(outline, axis=0).T).sum())
    gap = float(np.hypot(*(outline[-1] - outline[0])))
    area = abs(float(cv2.contourArea(outline.astype(np.float32))))
    return gap < _NEARLY_CLOSED * length and _SMALLEST_MM2 < area < _LARGEST_MM2


def filled_in(outline: Floats64, pen_mm: float, slant: float) -> list[Floats64]:
    """Return how a pen fills a shape in, each stroke (n, 3): x_mm, y_mm, seconds from the first on.

    Args:
        outline: (m, 2) mm.
        pen_mm: width of the pen's line.
        slant: direction of the lines in radians.
    """
    turn = np.array([[np.cos(slant), -np.sin(slant)], [np.sin(slant), np.cos(slant)]])
    turned = outline @ turn
    low = turned.min(axis=0) - _STEP_MM
    size = np.ceil((np.ptp(turned, axis=0) + 2 * _STEP_MM) / _STEP_MM).astype(int) + 1
    grid = np.zeros((size[1], size[0]), np.uint8)
    cells = np.round((turned - low) / _STEP_MM).astype(np.int32)
    cv2.fillPoly(grid, [cells], (1.0,))
    # The line is as wide as the pen: its middle stays inside.
    inner = np.asarray(cv2.distanceTransform(grid, cv2.DIST_L2, 3)) * _STEP_MM > pen_mm / 2
    rows = range(0, size[1], max(1, round(_OVERLAP * pen_mm / _STEP_MM)))
    passes = [(row, first, last) for row in rows for first, last in _runs(inner[row])]
    now_s, strokes = 0.0, []
    for points in _joined(passes, inner):
        places = (np.array(points, float)[:, ::-1] * _STEP_MM + low) @ turn.T
        steps = np.hypot(*np.diff(places, axis=0).T)
        seconds = now_s + np.concatenate([[0.0], np.cumsum(steps)]) / _SPEED_MM_S
        strokes.append(np.column_stack([places, seconds]))
        now_s = float(seconds[-1]) + 0.15
    return strokes


def _runs(row: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and last cell of each stretch of a row that is inside."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _joined(
    passes: list[tuple[int, int, int]], inner: NDArray[np.bool_]
) -> list[list[tuple[int, int]]]:
    """Join stretches to and fro, and lift the pen where the way between two leads outside."""
    strokes: list[list[tuple[int, int]]] = []
    for row, first, last in passes:
        ways = [(row, first), (row, last)]
        if strokes:
            y, x = strokes[-1][-1]
            if abs(x - last) < abs(x - first):
                ways.reverse()
            (_, to), steps = ways[0], max(2, abs(ways[0][1] - x) + row - y)
            ys, xs = np.linspace(y, row, steps).round(), np.linspace(x, to, steps).round()
            if inner[ys.astype(int), xs.astype(int)].mean() > 0.8:
                strokes[-1] += ways
                continue
        strokes.append(ways)
    return strokes
