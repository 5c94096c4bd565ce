"""How far a lens bends lines, from the marks of one flat sheet."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.geometry import Matrix, Points, project

_STRONGEST, _STEPS, _ROUNDS = 0.6, 25, 4
_TURNS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """One that bends lines about the middle of the frame, as `straight = seen * (1 + k r^2)`.

    Args:
        bending: k, for a radius r of 1 at the corners of the frame; below 0 a barrel.
        size_px: width and height of the frame.

    Source: Brown, Decentering Distortion of Lenses (1966), its first radial term, from what is seen
    to what a straight lens sees.
    """

    bending: float
    size_px: tuple[int, int]

    def straighten(self, seen: Points) -> Points:
        """Return (n, 2) frame pixels where a lens without bending would see them."""
        offset = (seen - self._middle) / self._reach
        radius = (offset**2).sum(axis=1, keepdims=True)
        return np.asarray(self._middle + offset * (1 + self.bending * radius) * self._reach)

    def bend(self, straight: Points) -> Points:
        """Return (n, 2) frame pixels where this lens sees them: the inverse of `straighten`."""
        offset = bent = (straight - self._middle) / self._reach
        for _ in range(_TURNS):
            radius = (bent**2).sum(axis=1, keepdims=True)
            bent = offset / (1 + self.bending * radius)
        return np.asarray(self._middle + bent * self._reach)

    @property
    def _middle(self) -> Points:
        return np.divide(self.size_px, 2.0)

    @property
    def _reach(self) -> float:
        return float(np.hypot(*self.size_px) / 2)


def fit(seen: Points, table: Points) -> Matrix:
    """Return the (3, 3) map of least squares from (n, 2) frame pixels to (n, 2) table mm."""
    found, _ = cv2.findHomography(seen, table)
    return np.asarray(found, np.float64)


def largest_mm(found: Points, expected: Points) -> float:
    """Return the largest distance between (n, 2) points and where they should be."""
    return float(np.linalg.norm(found - expected, axis=1).max())


def measure_lens(seen: Points, table: Points, size_px: tuple[int, int]) -> tuple[Lens, float]:
    """Return the lens with which the marks fit a flat sheet best, and the error left in mm.

    Args:
        seen: (n, 2) frame pixels of the marks' corners.
        table: (n, 2) mm, where they are on the sheet.
        size_px: width and height of the frame.
    """
    middle, reach = 0.0, _STRONGEST
    for _ in range(_ROUNDS):
        tried = np.linspace(middle - reach, middle + reach, _STEPS)
        middle = float(min(tried, key=lambda k: _spread(Lens(float(k), size_px), seen, table)))
        reach *= 2 / (_STEPS - 1)
    best = Lens(middle, size_px)
    straight = best.straighten(seen)
    return best, largest_mm(project(fit(straight, table), straight), table)


def _spread(lens: Lens, seen: Points, table: Points) -> float:
    straight = lens.straighten(seen)
    return float(np.square(project(fit(straight, table), straight) - table).sum())
