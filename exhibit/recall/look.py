"""A first look at every drawing of the memory, at every place that comes into question."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats
from exhibit.recall.cells import COARSE, Ints
from exhibit.recall.index import Index
from exhibit.recall.inks import SIDES, InkCells, Inks
from exhibit.recall.liking import Liking, liked, whole_share
from exhibit.recall.outlook import demands
from exhibit.recall.places import Places, join
from exhibit.recall.scoring import OUTSIDE, contour_cost

SIZE_STEP = 2
_STEP = 2
"""Sizes between sizes, and cells between places; what lies between is tried afterwards."""
_BEYOND = 5
"""Cells by which a drawing may reach over the edge of the sheet."""
_LEAST_COVERED = 0.75
"""Share of the ink that must lie under the drawing's square."""
_LARGEST_INK, _SMALLEST_INK = 1.3, 0.22
"""Extent of the ink as a share of the drawing's side."""


def look(index: Index, inks: Inks, liking: Liking, count: int) -> Places:
    """Return the best place of each of the best drawings, each hand for itself.

    Args:
        index: all drawings.
        inks: the ink.
        liking: what is added to the scores.
        count: at most so many, each at level `COARSE`.
    """
    hands = [_look(index, inks, liking, turned) for turned in (False, True)]
    places = join([place for _, place in hands])
    scores = np.concatenate([score for score, _ in hands])
    order = np.argsort(-scores, kind="stable")[:count]
    return places.take(order[np.isfinite(scores[order])])


def fits(extent: float, size: int) -> bool:
    """Whether ink of this extent can be, or be a part of, a drawing of `SIDES[size]`."""
    return _SMALLEST_INK <= extent * SIDES[size] / COARSE <= _LARGEST_INK


def _look(index: Index, inks: Inks, liking: Liking, turned: bool) -> tuple[Floats, Places]:
    """Return scores and places of all drawings in one hand; empty where the ink fits no size."""
    sizes, corners, asked, whole = [], [], [], []
    for size in range(0, len(SIDES), SIZE_STEP):
        if not fits(inks.measured.extent, size):
            continue
        ink = inks.at(size, turned, COARSE)
        at = corners_of(ink, _STEP)
        if len(at):
            sizes.append(np.full(len(at), size))
            corners.append(at)
            whole.append(np.full(len(at), whole_share(inks.measured.extent, SIDES[size])))
            asked.append(_asked(ink, at, inks.measured.closed) @ index.basis)
    if not asked:
        nothing = np.zeros(0, np.int64)
        return np.zeros(0, np.float32), Places(nothing, nothing, nothing > 0, nothing, nothing)
    score = index.codes @ np.concatenate(asked).T
    alike = liking.alike[:, int(turned), None] * np.concatenate(whole)
    score = liked(score, alike, liking.handicap[:, int(turned), None])
    best = score.argmax(axis=1)
    row, column = np.concatenate(corners)[best].T
    everyone = np.arange(len(index))
    hand = np.full(len(index), turned)
    places = Places(everyone, np.concatenate(sizes)[best], hand, row, column)
    return np.asarray(score[everyone, best], np.float32), places


def _asked(ink: InkCells, corners: Ints, closed: float) -> Floats:
    return demands(
        ink.lines_under(corners) / np.float32(ink.norm),
        ink.near_under(corners) * np.float32(contour_cost(closed)),
        ink.sheet_under(corners) * np.float32(OUTSIDE),
    )


def corners_of(ink: InkCells, step: int) -> Ints:
    """Return the corners (p, 2) of drawings that have most of the ink under them.

    Args:
        ink: at level `COARSE`.
        step: cells between one place and the next.
    """
    amounts = ink.lines.sum(axis=-1)
    first, last = -_BEYOND, len(amounts) - COARSE + _BEYOND
    if last < first:
        first = last = (len(amounts) - COARSE) // 2
    end = COARSE + 1 + ink.side
    summed = np.zeros((end + COARSE, end + COARSE), np.float32)
    summed[COARSE + 1 : end, COARSE + 1 : end] = amounts
    np.cumsum(summed, axis=0, out=summed)
    np.cumsum(summed, axis=1, out=summed)
    low = np.arange(first, last + 1, step) + COARSE
    high = low + COARSE
    covered = (
        summed[np.ix_(high, high)]
        - summed[np.ix_(low, high)]
        - summed[np.ix_(high, low)]
        + summed[np.ix_(low, low)]
    )
    return np.argwhere(covered >= _LEAST_COVERED * amounts.sum()) * step + first
