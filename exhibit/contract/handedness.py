"""Does a map flip or fold the table? In plain numbers, so that a check needs no library."""

from __future__ import annotations

import math
from collections.abc import Sequence

Row3 = tuple[float, float, float]
Map = tuple[Row3, Row3, Row3]
"""(3, 3) by rows, of homogeneous coordinates."""

_SMALLEST = 1e-9


def keeps_handedness(matrix: Map, width: float, height: float) -> bool:
    """Return whether a map shows a rectangle from (0, 0) unflipped and convex.

    A mirrored map turns the corners the other way round; one that folds the rectangle turns some
    of them each way.
    """
    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    mapped = [_mapped(matrix, *corner) for corner in corners]
    if any(not math.isfinite(value) for point in mapped for value in point):
        return False
    turns = (_turn(mapped[n - 2], mapped[n - 1], mapped[n]) for n in range(4))
    return all(turn > _SMALLEST for turn in turns)


def determinant(matrix: Map) -> float:
    """Return the determinant of a map."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def inverse(matrix: Map) -> Map:
    """Return the map back, by cofactors; raises ZeroDivisionError where there is none."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    whole = determinant(matrix)
    return (
        ((e * i - f * h) / whole, (c * h - b * i) / whole, (b * f - c * e) / whole),
        ((f * g - d * i) / whole, (a * i - c * g) / whole, (c * d - a * f) / whole),
        ((d * h - e * g) / whole, (b * g - a * h) / whole, (a * e - b * d) / whole),
    )


def _mapped(matrix: Map, x: float, y: float) -> tuple[float, float]:
    u, v, w = (row[0] * x + row[1] * y + row[2] for row in matrix)
    return (u / w, v / w) if w else (math.inf, math.inf)


def _turn(a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> float:
    """Return by how much a way from `a` over `b` to `c` turns clockwise, as twice an area."""
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
