"""A first look at every drawing of the memory, at every place that comes into question."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats
from exhibit.recall.index import COARSE, LEVELS, Index
from exhibit.recall.places import Ints, Places, join
from exhibit.recall.query import SIDES, Inks
from exhibit.recall.scoring import Fit, inside_share

_STEP, SIZE_STEP = 2, 4
"""Cells between places, and sizes between sizes; what lies between is tried afterwards."""
_BEYOND = 5
"""Cells by which a drawing may reach over the edge of the sheet."""
_LEAST_COVERED = 0.75
"""Share of the ink that must lie under the drawing's square."""
LARGEST_INK, SMALLEST_INK = 1.3, 0.22
"""Extent of the ink as a share of the drawing's side."""


class Look:
    """All drawings, ready to be compared at once."""

    def __init__(self, index: Index) -> None:
        count = len(index)
        self._index = index
        self._lines = (index.coarse.reshape(count, -1).astype(np.float32) / LEVELS).T.copy()
        contour = index.contour.reshape(count, -1).astype(np.float32)
        self._contour = (contour / np.maximum(contour.sum(axis=1, keepdims=True), 1e-6)).T.copy()

    def best(self, inks: Inks, count: int) -> Places:
        """Return the best place of each of the best drawings, each hand for itself.

        Args:
            inks: the ink.
            count: at most so many, each at level `COARSE`.
        """
        hands = [self._best(inks, turned) for turned in (False, True)]
        scores = np.concatenate([score for score, _ in hands])
        places = join([place for _, place in hands])
        return places.take(np.argsort(-scores, kind="stable")[:count])

    def _best(self, inks: Inks, turned: bool) -> tuple[Floats, Places]:
        """Return scores and places of all drawings that were compared in one hand."""
        best = np.full(len(self._index), -np.inf, np.float32)
        place = np.zeros((3, len(self._index)), np.int64)
        for size in range(0, len(SIDES), SIZE_STEP):
            corners, score = self._at(inks, size, turned)
            if not len(corners):
                continue
            which = score.argmax(axis=0)
            found = score[which, np.arange(score.shape[1])]
            better = found > best
            best[better] = found[better]
            rows, columns = corners[which[better]].T
            place[:, better] = np.stack([np.full_like(rows, size), rows, columns])
        known = np.flatnonzero(np.isfinite(best))
        size, rows, columns = place[:, known]
        return best[known], Places(known, size, np.full(len(known), turned), rows, columns)

    def _at(self, inks: Inks, size: int, turned: bool) -> tuple[Ints, Floats]:
        """Compare all drawings in one size and hand: corners (p, 2) and scores (p, n)."""
        if not fits(inks.measured.extent, size):
            return np.zeros((0, 2), np.int64), np.zeros((0, len(self._index)), np.float32)
        ink = inks.at(size, turned, COARSE)
        corners = _corners(ink.lines.sum(axis=-1), SIDES[size])
        if not len(corners):
            return corners, np.zeros((0, len(self._index)), np.float32)
        lines, near = _windows(ink.lines, corners), _windows(ink.near, corners)
        count, total = len(corners), len(self._index)
        everywhere = Places(
            np.tile(np.arange(total), count),
            np.full(count * total, size),
            np.full(count * total, turned),
            np.repeat(corners[:, 0], total),
            np.repeat(corners[:, 1], total),
        )
        inside = inside_share(self._index.inked, everywhere).reshape(count, total)
        explained = np.asarray(lines @ self._lines / ink.norm, np.float32)
        return corners, Fit(explained, near @ self._contour, inside).score(inks.measured.closed)


def fits(extent: float, size: int) -> bool:
    """Whether ink of this extent can be, or be a part of, a drawing of `SIDES[size]`."""
    return SMALLEST_INK <= extent * SIDES[size] / COARSE <= LARGEST_INK


def _corners(amounts: Floats, side: int) -> Ints:
    """Return the corners (p, 2) of drawings that have most of the ink (m, m) under them."""
    first, last = -_BEYOND, side - COARSE + _BEYOND
    if last < first:
        first = last = (side - COARSE) // 2
    summed = np.pad(amounts, COARSE).cumsum(axis=0).cumsum(axis=1)
    summed = np.pad(summed, ((1, 0), (1, 0)))
    at = np.arange(first, last + 1, _STEP) + COARSE
    low, high = at, at + COARSE
    covered = (
        summed[np.ix_(high, high)]
        - summed[np.ix_(low, high)]
        - summed[np.ix_(high, low)]
        + summed[np.ix_(low, low)]
    )
    return np.argwhere(covered >= _LEAST_COVERED * amounts.sum()) * _STEP + first


def _windows(ink: Floats, corners: Ints) -> Floats:
    """Cut what lies under drawings out of the ink (m, m, 6): (p, 16·16·6)."""
    room = np.pad(ink, ((COARSE, COARSE), (COARSE, COARSE), (0, 0)))
    cut = [room[y : y + COARSE, x : x + COARSE] for y, x in corners + COARSE]
    return np.stack(cut).reshape(len(corners), -1)
