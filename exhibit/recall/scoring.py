"""How well drawings fit the ink at given places and around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Floats
from exhibit.recall.cells import COARSE, Cells, Ints, as_shares
from exhibit.recall.index import Index
from exhibit.recall.inks import Inks
from exhibit.recall.places import Places, shifts

MOST_EXPLAINED = 1.1
"""More than itself no ink can ask for: rulings would win over anything drawn by hand."""
OUTSIDE = 1.0
"""Cost of a drawing that lies outside the sheet."""
_UNEXPLAINED_OPEN, _UNEXPLAINED_CLOSED = 0.1, 0.55
"""Cost of a contour that no ink explains, while a sketch is one stroke and when it is closed."""
_AT_ONCE = 50
"""Places, with shifts of them, that are compared at once: 1.2 MB at the finer level. Of as many as
there are, the heap would grow whenever more of them fall together than ever before."""


def contour_cost(closed: float) -> float:
    """Return what a contour costs that no ink explains, in a sketch `closed` so far (0..1)."""
    return _UNEXPLAINED_OPEN + (_UNEXPLAINED_CLOSED - _UNEXPLAINED_OPEN) * closed


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """How c drawings fit at their places.

    Args:
        explained: (c,) share of the ink that is a line of the drawing, above chance.
        contour: (c,) share of the drawing's outer contour that is near ink.
        inside: (c,) share of the drawing that lies on the sheet.
    """

    explained: Floats
    contour: Floats
    inside: Floats

    def score(self, closed: float) -> Floats:
        """Weigh all three, for a sketch that is so far `closed` (0..1)."""
        score = (
            np.minimum(self.explained, MOST_EXPLAINED)
            - contour_cost(closed) * (1 - np.minimum(self.contour, 1))
            - OUTSIDE * (1 - self.inside)
        )
        return np.asarray(score, np.float32)

    def take(self, chosen: Ints) -> Fit:
        """Return some of them, by position."""
        return Fit(self.explained[chosen], self.contour[chosen], self.inside[chosen])


def fit_around(index: Index, inks: Inks, places: Places, reach: int) -> Fit:
    """Measure the fit of drawings at places of level `COARSE` and up to `reach` cells from them.

    Returns:
        The fit of c·k places: of all `shifts` of the first, then of the second ...
    """
    steps = shifts(reach)
    explained, contour, inside = np.zeros((3, len(places), len(steps)), np.float32)
    for size, turned, chosen in _groups(places, len(steps)):
        ink, some = inks.at(size, turned, COARSE), places.take(chosen)
        corners = (some.corners[:, None] + steps).reshape(-1, 2)
        lines = as_shares(index.coarse[some.drawing])
        outline = index.contour[some.drawing].astype(np.float32)
        outline /= np.maximum(outline.sum(axis=(1, 2, 3), keepdims=True), 1e-6)
        explained[chosen] = _products(ink.lines_under(corners), lines) / ink.norm
        contour[chosen] = _products(ink.near_under(corners), outline)
        inside[chosen] = _products(ink.sheet_under(corners), index.inked[some.drawing])
    return Fit(explained.ravel(), contour.ravel(), inside.ravel())


def explained_around(
    templates: Cells, inks: Inks, places: Places, level: int, reach: int
) -> Floats:
    """Measure how much of the ink lies on lines of the drawings, above chance.

    Args:
        templates: (n, level, level, 6) lines above chance of all drawings.
        inks: the ink.
        places: c places at `level`.
        level: cells on a drawing's side.
        reach: cells around the places that are tried.

    Returns:
        (c, 2·reach + 1, 2·reach + 1) float32.
    """
    steps = shifts(reach)
    explained = np.zeros((len(places), len(steps)), np.float32)
    for size, turned, chosen in _groups(places, len(steps)):
        ink, some = inks.at(size, turned, level), places.take(chosen)
        corners = (some.corners[:, None] + steps).reshape(-1, 2)
        lines = as_shares(templates[some.drawing])
        explained[chosen] = _products(ink.lines_under(corners), lines) / ink.norm
    width = 2 * reach + 1
    return explained.reshape(-1, width, width)


def _products(under: Floats, drawings: Floats) -> Floats:
    """Multiply what lies under each drawing, at k places, with the drawing and sum up.

    Args:
        under: (c·k, ...) ink.
        drawings: (c, ...) of the same remaining shape.

    Returns:
        (c, k) float32.
    """
    count = len(drawings)
    flat = under.reshape(count, len(under) // count, -1)
    return np.asarray(np.matmul(flat, drawings.reshape(count, -1, 1))[..., 0], np.float32)


def _groups(places: Places, steps: int) -> Iterator[tuple[int, bool, Ints]]:
    """Divide places by size and hand, for each of which the ink is another one.

    Groups are of `_AT_ONCE` at most, with `steps` shifts of each; of one place where that is more.
    """
    most = max(_AT_ONCE // steps, 1)
    keys = 2 * places.size + places.turned
    for key in np.unique(keys):
        group = np.flatnonzero(keys == key)
        for start in range(0, len(group), most):
            yield int(key) // 2, bool(key % 2), group[start : start + most]
