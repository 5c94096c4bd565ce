"""What of the ink the search goes by: where its lines run, how large it is, how far it is done."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.recall.cells import summed_by_two
from exhibit.recall.contour import contour_of
from exhibit.recall.orientation import line_density, resized_by_area

_MEASURED_PX = 128
_LEAST_LINE = 0.05
_OPEN, _CLOSED = 1.0, 1.5
"""Length of line over half the outline of its box: a bare stroke, and a closed shape."""

_CONTOUR_BELOW, _INSIDE_PX = 128, 4
"""Grey of a contour, and how far from it a line has to be to lie inside."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What there is to be found.

    Args:
        density: (128, 128, 6) float32 from `line_density`.
        halved: (64, 64, 6), the same summed up by two and two, but for coarse cells.
        extent: longer side of the ink's box as a share of the sheet's side.
        closed: 0 for a single stroke .. 1 for a shape closed in itself; stands for how much of
            the sketch is done.
        inside: share of the lines that lie within the outer contour, 0 .. 1.
    """

    density: Floats
    halved: Floats
    extent: float
    closed: float
    inside: float


def measure(ink: Gray) -> Measured | None:
    """Measure ink (S, S) uint8; None where there is too little to look for."""
    # A line is never thinner than what is left of it after shrinking can be measured.
    thick = np.asarray(cv2.erode(ink, np.ones((3, 3), np.uint8)), np.uint8)
    picture = resized_by_area(thick, _MEASURED_PX)
    density = line_density(picture)
    lines = density.sum(axis=-1)
    rows, columns = np.nonzero(lines > _LEAST_LINE)
    if len(rows) == 0:
        return None
    height, width = np.ptp(rows) - 3, np.ptp(columns) - 3
    half_outline = max(float(height + width), 1.0)
    closed = (float(lines.sum()) / half_outline - _OPEN) / (_CLOSED - _OPEN)
    return Measured(
        density,
        _halved(density),
        extent=float(max(height, width) / _MEASURED_PX),
        closed=float(np.clip(closed, 0, 1)),
        inside=_inside(picture, lines),
    )


def _inside(picture: Gray, lines: Floats) -> float:
    outside = np.asarray(contour_of(picture) > _CONTOUR_BELOW, np.uint8)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    return float(lines[away > _INSIDE_PX].sum() / lines.sum())


def _halved(density: Floats) -> Floats:
    """Halve the side of (R, R, 6); lengths, too, are then in pixels of twice the width."""
    return np.asarray(summed_by_two(density) / 2, np.float32)
