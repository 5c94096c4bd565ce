"""The real drawing that is nearest to a picture, by where the lines of both run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.recall.cells import COARSE, SURROUNDINGS, Cells, above_chance, as_whole, cells
from exhibit.recall.index import Index
from exhibit.recall.orientation import line_density, resized_by_area

_LOOKED_AT_PX = 128
"""Side at which a picture is looked at; the index was made at twice that, which costs fifty times
as much and finds the same drawings."""
_INK_BELOW = 128
_HALF = COARSE // 2


class Nearest:
    """Finds the drawing of an index that a picture is most like.

    Args:
        index: of n drawings.
        barred: (n,) bool, those that are never named; at least one is not.
    """

    def __init__(self, index: Index, barred: NDArray[np.bool_]) -> None:
        self._rows = np.flatnonzero(~barred)
        self._features = _features(index.coarse[self._rows])

    def __call__(self, picture: Gray) -> int:
        """Return the row of the nearest drawing to a picture (R, R) uint8, dark on light.

        Like a drawing of the memory it is taken as large as its square: what is drawn fills it.
        """
        density = line_density(resized_by_area(_filling(picture), _LOOKED_AT_PX))
        found = as_whole(above_chance(cells(density, COARSE), SURROUNDINGS[COARSE]))
        return int(self._rows[np.argmax(self._features @ _features(found[None])[0])])


def _features(coarse: Cells) -> Floats:
    """Return lines (n, 16, 16, 6) summed up by two and two, as (n, 384) of length one."""
    count, directions = len(coarse), coarse.shape[-1]
    blocks = coarse.astype(np.float32).reshape(count, _HALF, 2, _HALF, 2, directions)
    vectors = blocks.sum(axis=(2, 4)).reshape(count, -1)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def _filling(picture: Gray) -> Gray:
    rows, columns = np.nonzero(picture < _INK_BELOW)
    if not len(rows):
        return picture
    high, wide = int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1
    side = max(high, wide)
    square = np.full((side, side), 255, np.uint8)
    top, left = (side - high) // 2, (side - wide) // 2
    cut = picture[rows.min() : rows.min() + high, columns.min() : columns.min() + wide]
    square[top : top + high, left : left + wide] = cut
    return square
