"""Pieces of a small picture, and the cells right around each of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import square


class Rims:
    """The rims of all connected pieces of (h, w) uint8, 1 on pieces."""

    def __init__(self, pieces: Gray) -> None:
        x, y, width, height = cv2.boundingRect(pieces)
        # Pieces are few and small: beyond them nothing is looked at.
        self._box = np.s_[max(0, y - 1) : y + height + 1, max(0, x - 1) : x + width + 1]
        self._shape = pieces.shape
        here = np.ascontiguousarray(pieces[self._box])
        self._count, self._labels = cv2.connectedComponents(here, connectivity=8)
        around = np.asarray(cv2.dilate(self._labels.astype(np.uint16), square(3)), np.int64)
        around[here > 0] = 0
        self._around = around
        self._cells = np.maximum(1, np.bincount(around.ravel(), minlength=self._count))

    def share(self, where: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return what share of each piece's rim lies where a mask (h, w) is true."""
        found = np.bincount(self._around[where[self._box]], minlength=self._count)
        return np.asarray(found / self._cells, np.float64)

    def on(self, where: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which pieces lie on a mask (h, w), at least in part."""
        return np.bincount(self._labels[where[self._box]], minlength=self._count) > 0

    def pieces(self, chosen: NDArray[np.bool_]) -> Gray:
        """Return, 1 there, the chosen pieces; the first of the array is no piece."""
        kept = chosen.copy()
        kept[0] = False
        found = np.zeros(self._shape, np.uint8)
        found[self._box] = kept[self._labels]
        return found
