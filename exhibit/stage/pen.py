"""In which order a pen would draw a finished drawing, guessed from its lines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray

_INK_BELOW = 160
_CELL = 2
"""Pixels to a step of the pen."""
_BESIDE = np.ones((3, 3), np.uint8)
_TURNS = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))
_STRAIGHT_FIRST = (0, 1, -1, 2, -2, 3, -3, 4)
Order = NDArray[np.float32]


def pen_order(drawing: Gray) -> Order:
    """Return when each pixel is drawn, (R, R) float32: 0 first, 1 last.

    The pen follows a line straight on for as long as there is one, takes up what it left beside the
    way afterwards, and then goes to the nearest line that is not drawn yet. No two-dimensional
    picture says how it was really drawn; this looks like a hand, which is all it is for.

    Args:
        drawing: (R, R) uint8, dark on light.
    """
    ink = drawing < _INK_BELOW
    if not ink.any():
        return np.zeros(drawing.shape, np.float32)
    cells = _cells(ink)
    # A pen is as wide as its line: what lies beside its way is drawn with it.
    order = cv2.erode(np.where(cells, _walk(cells), 2).astype(np.float32), _BESIDE)
    large = order.repeat(_CELL, axis=0).repeat(_CELL, axis=1)[: ink.shape[0], : ink.shape[1]]
    # What is no ink (the soft edge of a line) comes with the ink nearest to it.
    _, nearest = cv2.distanceTransformWithLabels(
        np.where(ink, 0, 255).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros(int(nearest.max()) + 1, np.float32)
    of_label[nearest[ink]] = large[ink]
    return np.asarray(of_label[nearest], np.float32)


def drawn_until(drawing: Gray, order: Order, share: float, soft: float) -> Gray:
    """Return a drawing (R, R) as it is when a share 0..1 of it has been drawn.

    Args:
        drawing: (R, R) uint8, dark on light.
        order: of it, as `pen_order` gives it.
        share: of it.
        soft: share of the drawing over which a line comes up behind the pen.
    """
    steep, reached = 255 / soft, share * (1 + soft)
    shown = cv2.addWeighted(order, -steep, order, 0, steep * reached, dtype=cv2.CV_8U)
    ink = cv2.multiply(shown, cv2.bitwise_not(drawing), dst=shown, scale=1 / 255)
    return np.asarray(cv2.bitwise_not(ink, dst=ink), np.uint8)


def _cells(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    height, width = (-(-side // _CELL) for side in ink.shape)
    padded = np.zeros((height * _CELL, width * _CELL), np.bool_)
    padded[: ink.shape[0], : ink.shape[1]] = ink
    return np.asarray(padded.reshape(height, _CELL, width, _CELL).any(axis=(1, 3)))


def _walk(cells: NDArray[np.bool_]) -> Order:
    """Return when each cell is visited, 0 first and 1 last."""
    order = np.zeros(cells.shape, np.float32)
    rows, columns = np.nonzero(cells)
    left = set(zip(columns.tolist(), rows.tolist(), strict=True))
    count, done, at = len(left), 0, (0, 0)
    while left:
        begin = min(left, key=lambda cell: (cell[0] - at[0]) ** 2 + (cell[1] - at[1]) ** 2)
        left.discard(begin)
        path = [(begin, 0)]
        while path:
            (x, y), heading = path.pop()
            order[y, x], done, at = done / count, done + 1, (x, y)
            ahead = []
            for turn in _STRAIGHT_FIRST:
                way = (heading + turn) % len(_TURNS)
                cell = (x + _TURNS[way][0], y + _TURNS[way][1])
                if cell in left:
                    left.discard(cell)
                    ahead.append((cell, way))
            path.extend(reversed(ahead))
    return order
