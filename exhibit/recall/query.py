"""Ink made ready for the search: its lines in cells, at every size that a drawing may have."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.recall.index import COARSE, SURROUNDINGS
from exhibit.recall.orientation import above_chance, cells, line_density, mirrored, resized_by_area

SIDES = (11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 27, 30, 32, 35, 38, 42, 46)
"""Coarse cells on the side of the whole ink: drawings from 1.45 to 0.35 of it, in steps of 1.1."""
_MEASURED_PX = 128
_LEAST_LINE = 0.05
_OPEN, _CLOSED = 1.0, 1.5
"""Length of line over half the outline of its box: a bare stroke, and a closed shape."""
_BESIDE = 0.7
"""How well a line of the next direction explains an outline."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What there is to be found.

    Args:
        density: (128, 128, 6) float32 from `line_density`.
        extent: longer side of the ink's box as a share of the sheet's side.
        closed: 0 for a single stroke .. 1 for a shape closed in itself; stands for how much of
            the sketch is done.
    """

    density: Floats
    extent: float
    closed: float


def measure(ink: Gray) -> Measured | None:
    """Measure ink (S, S) uint8; None where there is too little to look for."""
    # A line is never thinner than what is left of it after shrinking can be measured.
    thick = cv2.erode(ink, np.ones((3, 3), np.uint8))
    density = line_density(resized_by_area(np.asarray(thick, np.uint8), _MEASURED_PX))
    rows, columns = np.nonzero(density.sum(axis=-1) > _LEAST_LINE)
    if len(rows) == 0:
        return None
    height, width = np.ptp(rows) - 3, np.ptp(columns) - 3
    half_outline = max(float(height + width), 1.0)
    closed = (float(density.sum()) / half_outline - _OPEN) / (_CLOSED - _OPEN)
    extent = max(height, width) / _MEASURED_PX
    return Measured(density, float(extent), float(np.clip(closed, 0, 1)))


@dataclass(frozen=True, slots=True, eq=False)
class InkCells:
    """Ink in cells, as it is seen by a drawing of one size and hand.

    Args:
        lines: (m, m, 6) float32.
        near: (m, m, 6) float32, near lines: what an outline may be explained by.
        norm: what `lines` score with themselves.
    """

    lines: Floats
    near: Floats
    norm: float


def ink_cells(density: Floats, side: int, level: int, turned: bool) -> InkCells:
    """Sum ink up in cells.

    Args:
        density: (R, R, 6) of the ink.
        side: cells on the side of the whole ink.
        level: cells on the side of a drawing.
        turned: whether the ink is turned over, for drawings that are to be mirrored.
    """
    lines = cells(density, side)
    norm = float((lines * above_chance(lines, SURROUNDINGS[level])).sum())
    if turned:
        lines = np.ascontiguousarray(mirrored(lines))
    return InkCells(lines, _near(lines) if level == COARSE else lines, max(norm, 1e-6))


def _near(lines: Floats) -> Floats:
    wide = np.minimum(1.0, 3.0 * cv2.GaussianBlur(lines, (0, 0), 1.0))
    beside = np.maximum(np.roll(wide, 1, axis=-1), np.roll(wide, -1, axis=-1))
    return np.asarray(np.maximum(wide, _BESIDE * beside), np.float32)


class Inks:
    """One ink in cells for every size and hand, each made when it is first asked for."""

    def __init__(self, measured: Measured) -> None:
        self.measured = measured
        self._made: dict[tuple[int, bool, int], InkCells] = {}

    def at(self, size: int, turned: bool, level: int) -> InkCells:
        """Return the ink for `SIDES[size]`, turned over or not, and drawings of `level` cells."""
        key = (size, turned, level)
        if key not in self._made:
            side = SIDES[size] * level // COARSE
            self._made[key] = ink_cells(self.measured.density, side, level, turned)
        return self._made[key]
