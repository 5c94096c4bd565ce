"""Find the drawings of which some part fits the ink: a look at all, then the best laid exactly.

Source: the partial match of a growing sketch follows Lee, Zitnick and Cohen, "ShadowDraw", SIGGRAPH
    2011; lines are compared by place and direction as in Shotton, Blake and Cipolla, "Multiscale
    categorical object recognition using contour fragments", PAMI 30(7), 2008 (oriented chamfer
    matching), with cells in place of a distance transform, so that all drawings are one product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Find, Floats
from exhibit.recall.cells import FINE, Ints
from exhibit.recall.index import Index
from exhibit.recall.inks import Inks
from exhibit.recall.liking import Liking
from exhibit.recall.look import fits, look
from exhibit.recall.measured import Measured
from exhibit.recall.places import Places, find_of, join, place_of, resized, shifts
from exhibit.recall.scoring import MOST_EXPLAINED, Fit, explained_around, fit_around

COARSE_WEIGHT, FINE_WEIGHT = 0.55, 0.45
_LOOKED_AT, _LAID = 32, 12
"""Drawings, in each hand, that are tried at more sizes and places, and that are laid exactly."""
_REACH, FINE_REACH = 1, 2
"""Cells around a place that are tried, coarse ones and then fine ones."""


def search(
    index: Index, measured: Measured, liking: Liking, count: int, also: Sequence[Find]
) -> list[Find]:
    """Find the drawings that fit the ink best.

    Args:
        index: all drawings.
        measured: the ink.
        liking: what is added to the scores.
        count: at most so many different drawings.
        also: finds that are laid again, and are among the result however well they fit.

    Returns:
        Finds, the best first; none where nothing fits.
    """
    asked = _Question(index, Inks(measured), liking, frozenset(find.drawing for find in also))
    seen = look(index, asked.inks, liking, _LOOKED_AT)
    places = join([*(place_of(find) for find in also), seen])
    if not len(places):
        return []
    places, rough = _try_sizes(asked, places)
    finds = _one_of_each(_lay(asked, places, rough))
    return [find for n, find in enumerate(finds) if n < count or find.drawing in asked.wanted]


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """What is searched, with what, and which drawings are to be among the result."""

    index: Index
    inks: Inks
    liking: Liking
    wanted: frozenset[int]

    def scores(self, places: Places, fit: Fit) -> Floats:
        """Return scores (c,) at places, minus infinity where lines do not fit."""
        alone = fit.score(self.inks.measured.closed)
        scores = self.liking.added(places, self.inks.measured.extent, alone)
        asked = np.isin(places.drawing, list(self.wanted))
        return np.where(asked & ~np.isfinite(scores), alone, scores)


def _try_sizes(asked: _Question, places: Places) -> tuple[Places, Fit]:
    """Try the sizes and cells between those looked at; return the best of them and their fit."""
    tried = join([places, *(resized(places, step) for step in (-1, 1))])
    extent = asked.inks.measured.extent
    fitting = np.array([fits(extent, int(size)) for size in tried.size])
    tried = tried.take(fitting | np.isin(tried.drawing, list(asked.wanted)))
    fit = fit_around(asked.index, asked.inks, tried, _REACH)
    steps = shifts(_REACH)
    moved = tried.take(np.repeat(np.arange(len(tried)), len(steps)))
    moved = moved.moved(np.tile(steps, (len(tried), 1)))
    best = _best_of_each(moved, asked.scores(moved, fit), asked.wanted)
    return moved.take(best), fit.take(best)


def _lay(asked: _Question, places: Places, rough: Fit) -> list[Find]:
    """Lay drawings exactly, given their places at level `COARSE` and how they fit there."""
    fine = places.finer()
    grids = explained_around(asked.index.fine, asked.inks, fine, FINE, FINE_REACH)
    peaks = [np.unravel_index(int(grid.argmax()), grid.shape) for grid in grids]
    together = COARSE_WEIGHT * np.minimum(
        rough.explained, MOST_EXPLAINED
    ) + FINE_WEIGHT * grids.max(axis=(1, 2))
    scores = asked.scores(places, Fit(together, rough.contour, rough.inside))
    finds = []
    for which, (row, column) in enumerate(peaks):
        if not np.isfinite(scores[which]):
            continue
        grid = grids[which]
        rest = (
            float(row) - FINE_REACH + _peak(grid[:, column], int(row)),
            float(column) - FINE_REACH + _peak(grid[row], int(column)),
        )
        finds.append(find_of(fine, which, FINE, float(scores[which]), rest))
    return finds


def _one_of_each(finds: list[Find]) -> list[Find]:
    """Keep the better hand of every drawing, the best drawing first."""
    finds.sort(key=lambda find: -find.score)
    first = {find.drawing: find for find in reversed(finds)}
    return [find for find in finds if first[find.drawing] is find]


def _best_of_each(places: Places, scores: Floats, wanted: frozenset[int]) -> Ints:
    """Return where the best place of the best drawings, and of the wanted, is in either hand."""
    order = np.argsort(-scores, kind="stable")
    hands = 2 * places.drawing + places.turned
    _, first = np.unique(hands[order], return_index=True)
    first.sort()
    kept = (np.arange(len(first)) < _LAID) & np.isfinite(scores[order[first]])
    kept |= np.isin(places.drawing[order[first]], list(wanted))
    return np.asarray(order[first[kept]], np.int64)


def _peak(values: Floats, at: int) -> float:
    """Return how far the peak of a parabola about the largest of some values is from it."""
    if not 0 < at < len(values) - 1:
        return 0.0
    low, middle, high = (float(value) for value in values[at - 1 : at + 2])
    bend = low - 2 * middle + high
    return 0.0 if bend >= 0 else float(np.clip((low - high) / (2 * bend), -0.5, 0.5))
