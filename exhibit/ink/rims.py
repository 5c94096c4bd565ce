"""Pieces of a small picture, and the cells right around each of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray, square


class Rims:
    """The rims of all connected pieces of (h, w) uint8, 1 on pieces."""

    def __init__(self, pieces: Gray) -> None:
        self._count, self._labels = cv2.connectedComponents(pieces, connectivity=8)
        around = np.asarray(cv2.dilate(self._labels.astype(np.uint16), square(3)), np.int64)
        around[pieces > 0] = 0
        self._around = around
        self._cells = np.maximum(1, np.bincount(around.ravel(), minlength=self._count))

    def share(self, where: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return what share of each piece's rim lies where a mask (h, w) is true."""
        found = np.bincount(self._around[where], minlength=self._count)
        return np.asarray(found / self._cells, np.float64)

    def on(self, where: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which pieces lie on a mask (h, w), at least in part."""
        return np.bincount(self._labels[where], minlength=self._count) > 0

    def pieces(self, chosen: NDArray[np.bool_]) -> Gray:
        """Return, 1 there, the chosen pieces; the first of the array is no piece."""
        kept = chosen.copy()
        kept[0] = False
        return as_gray(kept[self._labels])
