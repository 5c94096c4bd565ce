"""How well drawings fit the ink at given places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats
from exhibit.recall.index import COARSE, LEVELS, Cells, Index
from exhibit.recall.places import Ints, Places
from exhibit.recall.query import SIDES, Inks

COARSE_WEIGHT, FINE_WEIGHT = 0.55, 0.45
MOST_EXPLAINED = 1.1
"""More than itself no ink can ask for: straight rulings would win over anything drawn by hand."""
UNEXPLAINED_OPEN, UNEXPLAINED_CLOSED = 0.1, 0.4
"""Cost of an outline that no ink explains, while a sketch is one stroke and when it is closed."""
OUTSIDE = 0.6
"""Cost of a drawing that lies outside the sheet."""
_LEAST = 0.05


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
        missing = UNEXPLAINED_OPEN + (UNEXPLAINED_CLOSED - UNEXPLAINED_OPEN) * closed
        score = (
            np.minimum(self.explained, MOST_EXPLAINED)
            - missing * (1 - np.minimum(self.contour, 1))
            - OUTSIDE * (1 - self.inside)
        )
        return np.asarray(score, np.float32)


def coarse_fit(index: Index, inks: Inks, places: Places) -> Fit:
    """Measure the fit of drawings at places of level `COARSE`."""
    explained = explained_at(index.coarse, inks, places, COARSE)
    contour = np.zeros(len(places), np.float32)
    for size, turned, chosen in _groups(places):
        near = inks.at(size, turned, COARSE).near
        some = places.take(chosen)
        whole = index.contour[some.drawing].reshape(len(some), -1).sum(axis=1, dtype=np.float32)
        contour[chosen] = _overlap(index.contour, near, some) / np.maximum(whole / LEVELS, 1e-6)
    return Fit(explained, contour, inside_share(index.inked, places))


def explained_at(templates: Cells, inks: Inks, places: Places, level: int) -> Floats:
    """Return the share (c,) of the ink that lies on lines of the drawings, above chance.

    Args:
        templates: (n, level, level, 6) lines above chance of all drawings.
        inks: the ink.
        places: c places at `level`.
        level: cells on a drawing's side.
    """
    explained = np.zeros(len(places), np.float32)
    for size, turned, chosen in _groups(places):
        ink = inks.at(size, turned, level)
        explained[chosen] = _overlap(templates, ink.lines, places.take(chosen)) / ink.norm
    return explained


def inside_share(inked: Floats, places: Places) -> Floats:
    """Return the share (c,) of each drawing's lines that lies on the sheet.

    Args:
        inked: (n, 16, 16) of all drawings.
        places: c places at level `COARSE`.
    """
    cells = np.arange(COARSE)
    side = np.array(SIDES)[places.size][:, None]
    down, across = places.row[:, None] + cells, places.column[:, None] + cells
    rows = ((down >= 0) & (down < side)).astype(np.float32)
    columns = ((across >= 0) & (across < side)).astype(np.float32)
    share = np.einsum("cij,ci,cj->c", inked[places.drawing], rows, columns)
    return np.asarray(share, np.float32)


def _groups(places: Places) -> Iterator[tuple[int, bool, NDArray[np.int64]]]:
    """Divide places by size and hand: for each of them the ink is another one."""
    keys = 2 * places.size + places.turned
    for key in np.unique(keys):
        yield int(key) // 2, bool(key % 2), np.flatnonzero(keys == key)


def _overlap(templates: Cells, ink: Floats, places: Places) -> Floats:
    """Sum ink · drawing over the cells where there is ink.

    Args:
        templates: (n, s, s, 6) of all drawings.
        ink: (m, m, 6).
        places: c places.

    Returns:
        (c,) float32.
    """
    level = templates.shape[1]
    rows, columns, directions = np.nonzero(ink > _LEAST)
    amounts = ink[rows, columns, directions] / LEVELS
    row: Ints = rows - places.row[:, None]
    column: Ints = columns - places.column[:, None]
    within = (row >= 0) & (row < level) & (column >= 0) & (column < level)
    cell = ((places.drawing[:, None] * level + row) * level + column) * 6 + directions
    found = templates.reshape(-1)[np.where(within, cell, 0)] * within
    return np.asarray(found @ amounts, np.float32)
