"""Plane geometry that stage and calibration share: homographies and how a projector hangs.

Frames of reference, all with x to the right and y down, in continuous coordinates (the middle of
the first pixel is 0.5, 0.5):

- *table*: millimetres on the table from the upper left corner of its area, as the visitor sees it;
- *stage*: pixels of the upright projection, as the visitor sees it;
- *projector*: pixels of the window, after the declared mirror and rotation of `stage`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Points = NDArray[np.float64]

_SMALLEST = 1e-9


def homography(source: Points, target: Points) -> Matrix:
    """Return the projective map that takes four points to four others.

    Args:
        source: (4, 2), no three on a line.
        target: (4, 2), no three on a line.

    Returns:
        (3, 3) with 1 at the lower right.

    Raises:
        ValueError: three points of either set lie on one line.

    Source: Hartley and Zisserman, "Multiple View Geometry", 2nd ed., eq. 4.1, solved exactly.
    """
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    if _three_on_a_line(source) or _three_on_a_line(target):
        raise ValueError("three of the four points lie on one line")
    solution = np.linalg.solve(np.asarray(rows, np.float64), np.asarray(values, np.float64))
    return np.append(solution, 1.0).reshape(3, 3)


def project(matrix: Matrix, points: Points) -> Points:
    """Map points (n, 2) with a homography (3, 3); returns (n, 2)."""
    points = np.asarray(points, np.float64)
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def rectangle(width: float, height: float) -> Points:
    """Return (4, 2) corners clockwise from the upper left, which is (0, 0)."""
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def scaling(x: float, y: float) -> Matrix:
    """Return the (3, 3) map that multiplies coordinates."""
    return np.diag([x, y, 1.0])


def translation(x: float, y: float) -> Matrix:
    """Return the (3, 3) map that adds to coordinates."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def stage_size(width_px: int, height_px: int, rotate: int) -> tuple[int, int]:
    """Return (width, height) of the upright stage on a window turned by `rotate` degrees."""
    return (height_px, width_px) if rotate in (90, 270) else (width_px, height_px)


def mounting(width_px: int, height_px: int, mirror: bool, rotate: int) -> Matrix:
    """Return the map from stage to projector: mirror first, then turn clockwise.

    Args:
        width_px: width of the window.
        height_px: height of the window.
        mirror: swap left and right, for a projector below the table.
        rotate: 0, 90, 180 or 270 degrees clockwise.
    """
    width, height = stage_size(width_px, height_px, rotate)
    flip = np.diag([-1.0, 1.0, 1.0]) if mirror else np.eye(3)
    turn = {
        0: np.eye(3),
        90: np.array([[0, -1, height], [1, 0, 0], [0, 0, 1]], np.float64),
        180: np.array([[-1, 0, width], [0, -1, height], [0, 0, 1]], np.float64),
        270: np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1]], np.float64),
    }[rotate]
    return np.asarray(turn @ translation(width if mirror else 0, 0) @ flip, np.float64)


def _three_on_a_line(points: Points) -> bool:
    for skipped in range(4):
        a, b, c = np.delete(np.asarray(points, np.float64), skipped, axis=0)
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if abs(area) < _SMALLEST:
            return True
    return False
