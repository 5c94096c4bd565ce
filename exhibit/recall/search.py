"""Find the drawings of which some part fits the ink: a look at all, then the best laid exactly.

Source: the partial match of a growing sketch follows Lee, Zitnick and Cohen, "ShadowDraw", SIGGRAPH
    2011; lines are compared by place and direction as in Shotton, Blake and Cipolla, "Multiscale
    categorical object recognition using contour fragments", PAMI 30(7), 2008 (oriented chamfer
    matching), with cells in place of a distance transform, so that all drawings are one product.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exhibit.contract.values import Find, Floats, Gray
from exhibit.recall.index import FINE, Index
from exhibit.recall.look import SIZE_STEP, Look, fits
from exhibit.recall.places import Ints, Places, around, find_of, join, place_of, resized
from exhibit.recall.query import Inks, measure
from exhibit.recall.scoring import (
    COARSE_WEIGHT,
    FINE_WEIGHT,
    MOST_EXPLAINED,
    Fit,
    coarse_fit,
    explained_at,
)

_LOOKED_AT, _TRIED, _LAID = 64, 32, 16
"""Drawings, in each hand, that go on from the first look, from the sizes between, and are laid."""
_REACH = 2
"""Fine cells around a coarse place that are tried."""


class Search:
    """Finds drawings of a memory in ink; holds nothing of what it found before."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._look = Look(index)

    def search(self, ink: Gray, count: int = 8, also: Sequence[Find] = ()) -> list[Find]:
        """Find the drawings that fit the ink best.

        Args:
            ink: (S, S) uint8, 0 ink .. 255 paper.
            count: at most so many different drawings.
            also: finds of ink that was like this one; they are laid again, and are among the
                result however well they fit.

        Returns:
            Finds, the best first; empty where there is too little ink.
        """
        measured = measure(ink)
        if measured is None:
            return []
        inks = Inks(measured)
        places = self._look.best(inks, _LOOKED_AT)
        if also:
            places = join([*(place_of(find) for find in also), places])
        if not len(places):
            return []
        wanted = frozenset(find.drawing for find in also)
        finds = _one_of_each(self._lay(inks, places, wanted))
        return [find for n, find in enumerate(finds) if n < count or find.drawing in wanted]

    def _lay(self, inks: Inks, places: Places, wanted: frozenset[int]) -> list[Find]:
        """Try sizes and cells between those looked at, fewer and fewer drawings at a time."""
        for step, count in ((SIZE_STEP // 2, _TRIED), (SIZE_STEP // 4, _LAID)):
            sizes = [places, resized(places, -step), resized(places, step)]
            tried = around(join(sizes), 1)
            fitting = np.array([fits(inks.measured.extent, int(size)) for size in tried.size])
            tried = tried.take(fitting | np.isin(tried.drawing, list(wanted)))
            fit = coarse_fit(self._index, inks, tried)
            best = _best_of_each(tried, fit.score(inks.measured.closed), count, wanted)
            places = tried.take(best)
        rough = Fit(fit.explained[best], fit.contour[best], fit.inside[best])
        return self._lay_finely(inks, places, rough)

    def _lay_finely(self, inks: Inks, places: Places, rough: Fit) -> list[Find]:
        tried = around(places.finer(), _REACH)
        width = 2 * _REACH + 1
        explained = explained_at(self._index.fine, inks, tried, FINE)
        finds = []
        for which, grid in enumerate(explained.reshape(-1, width, width)):
            row, column = (int(at) for at in np.unravel_index(int(grid.argmax()), grid.shape))
            together = (
                COARSE_WEIGHT * np.minimum(rough.explained[which], MOST_EXPLAINED)
                + FINE_WEIGHT * grid[row, column]
            )
            fit = Fit(together[None], rough.contour[which, None], rough.inside[which, None])
            rest = np.array([_peak(grid[:, column], row), _peak(grid[row], column)], np.float32)
            place = width * (width * which + row) + column
            score = float(fit.score(inks.measured.closed)[0])
            finds.append(find_of(tried, place, FINE, score, rest))
        return finds


def _one_of_each(finds: list[Find]) -> list[Find]:
    """Keep the better hand of every drawing, the best drawing first."""
    finds.sort(key=lambda find: -find.score)
    first = {find.drawing: find for find in reversed(finds)}
    return [find for find in finds if first[find.drawing] is find]


def _best_of_each(places: Places, scores: Floats, count: int, wanted: frozenset[int]) -> Ints:
    """Return where the best place of the best drawings, and of the wanted, is in either hand."""
    order = np.argsort(-scores, kind="stable")
    hands = 2 * places.drawing + places.turned
    _, first = np.unique(hands[order], return_index=True)
    first.sort()
    kept = np.arange(len(first)) < count
    kept |= np.isin(places.drawing[order[first]], list(wanted))
    return np.asarray(order[first[kept]], np.int64)


def _peak(values: Floats, at: int) -> float:
    """Return how far the peak of a parabola about the largest of some values is from it."""
    if not 0 < at < len(values) - 1:
        return 0.0
    low, middle, high = (float(value) for value in values[at - 1 : at + 2])
    bend = low - 2 * middle + high
    return 0.0 if bend >= 0 else float(np.clip((low - high) / (2 * bend), -0.5, 0.5))
