"""Pieces of a small picture, and the cells right around each of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import square


class Rims:
    """The rims of all connected pieces of (h, w) uint8, 1 on pieces."""

    def __init__(self, pieces: Gray, joined: Gray | None = None) -> None:
        """Find the rims of pieces.

        Args:
            pieces: (h, w) uint8, 1 on pieces.
            joined: (h, w) uint8, 1 there and on what joins some of them into one piece.
        """
        x, y, width, height = cv2.boundingRect(pieces if joined is None else joined)
        # Pieces are few and small: beyond them nothing is looked at.
        self._box = np.s_[max(0, y - 1) : y + height + 1, max(0, x - 1) : x + width + 1]
        self._shape = pieces.shape
        here = np.ascontiguousarray((pieces if joined is None else joined)[self._box])
        self._count, self._labels = cv2.connectedComponents(here, connectivity=8)
        if joined is not None:
            self._labels *= pieces[self._box]
        around = cv2.dilate(self._labels.astype(np.uint16), square(3))
        around[self._labels > 0] = 0
        # A rim has few cells: only those are counted.
        self._at = np.flatnonzero(around)
        self._around = around.ravel()[self._at]
        self._cells = np.maximum(1, np.bincount(self._around, minlength=self._count))

    def share(self, where: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return what share of each piece's rim lies where a mask (h, w) is true."""
        return np.asarray(self.count(where) / self._cells, np.float64)

    def count(self, where: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Return how many cells of each piece's rim lie where a mask (h, w) is true."""
        found = where[self._box].ravel()[self._at]
        return np.bincount(self._around[found], minlength=self._count)

    def most(self, values: NDArray[np.uint16], which: NDArray[np.bool_]) -> NDArray[np.uint16]:
        """Return, (h, w), the most that values (h, w) are on the piece that a rim's cell is around.

        It is 0 where no rim is, and around all but those pieces that are asked for.
        """
        at = np.flatnonzero(self._labels)
        of_piece = np.zeros(self._count, np.uint16)
        inside = np.asarray(self._labels.ravel()[at], np.intp)
        np.maximum.at(of_piece, inside, values[self._box].ravel()[at])
        here = np.zeros(self._labels.shape, np.uint16)
        here.ravel()[self._at] = (of_piece * which)[self._around]
        most = np.zeros(self._shape, np.uint16)
        most[self._box] = here
        return most

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
