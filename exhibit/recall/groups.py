"""Ink that belongs together: what is recalled apart when several figures are on a sheet."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.recall.handwriting import writing

MOST_GROUPS = 16
_WORKED_PX = 128
_TOUCHING_PX = 3
"""Ink as near as this is one piece."""
_NEAR = 0.055
"""Gap between the boxes of pieces that belong together, as a share of the sheet's side."""
_WORD = 0.75
"""Likelihood of writing from which on several groups are one word: short names reach it."""
_SMALL = 0.14
"""A longer side below this is a part of something: it joins what is nearest."""

Boxes = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Ink that belongs together.

    Args:
        ink: (S, S) uint8, the sheet with this ink alone.
        box: x0, y0, x1, y1 of the ink in the unit square.
    """

    ink: Gray
    box: tuple[float, float, float, float]


def figures_on(ink: Gray) -> tuple[Group, ...]:
    """Divide ink into what is answered apart: groups, but all of it at once where it is a word.

    Large letters stand as far apart as figures do, and each alone is a drawing.

    Args:
        ink: (S, S) uint8, 0 ink .. 255 paper.
    """
    groups = group(ink)
    if len(groups) < 2 or writing(ink) < _WORD:
        return groups
    boxes = np.array([one.box for one in groups])
    return (Group(ink, _shares(_around(boxes))),)


def group(ink: Gray) -> tuple[Group, ...]:
    """Divide ink into groups, the largest first; none without ink, at most sixteen.

    Args:
        ink: (S, S) uint8, 0 ink .. 255 paper.
    """
    pieces, boxes = _pieces(ink)
    if not len(boxes):
        return ()
    owner = np.arange(len(boxes))
    while len(boxes) > 1:
        pair = _to_join(boxes)
        if pair is None:
            break
        kept, joined = pair
        boxes[kept] = _around(boxes[[kept, joined]])
        boxes = np.delete(boxes, joined, axis=0)
        owner[owner == joined] = kept
        owner[owner > joined] -= 1
    if len(boxes) == 1:
        return (Group(ink, _shares(boxes[0])),)
    order = np.argsort(-_extents(boxes), kind="stable")
    of_piece = np.append(-1, owner)[pieces]
    if of_piece.shape != ink.shape:
        of_piece = cv2.resize(
            of_piece.astype(np.int16), ink.shape[::-1], interpolation=cv2.INTER_NEAREST
        )
    paper = np.uint8(255)
    return tuple(Group(np.where(of_piece == k, ink, paper), _shares(boxes[k])) for k in order)


def _pieces(ink: Gray) -> tuple[NDArray[np.int32], Boxes]:
    """Return the piece that each of (128, 128) cells lies in or near, from 1, and their boxes."""
    dark = cv2.resize(ink, (_WORKED_PX, _WORKED_PX), interpolation=cv2.INTER_AREA) < 200
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _TOUCHING_PX + 1,) * 2)
    near = cv2.dilate(np.asarray(dark, np.uint8), around)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=8)
    x, y, width, height = stats[1:, :4].T.astype(np.float64)
    low, high = np.stack([x, y]) + _TOUCHING_PX, np.stack([x + width, y + height]) - _TOUCHING_PX
    return np.asarray(pieces, np.int32), np.concatenate([low, high]).T / _WORKED_PX


def _to_join(boxes: Boxes) -> tuple[int, int] | None:
    """Return the two groups to be joined next, or None when all stand apart."""
    gaps = _gaps(boxes)
    gaps[np.diag_indices(len(boxes))] = np.inf
    small = _extents(boxes) < _SMALL
    joinable = (gaps < _NEAR) | small[:, None] | small
    if len(boxes) <= MOST_GROUPS and not joinable.any():
        return None
    # Where there are too many, those go together that take up the least of the sheet.
    costs = np.where(joinable, gaps, 2 + _extents_together(boxes))
    costs[np.diag_indices(len(boxes))] = np.inf
    first, second = np.unravel_index(int(costs.argmin()), costs.shape)
    return (int(min(first, second)), int(max(first, second)))


def _gaps(boxes: Boxes) -> Boxes:
    """Return the distance between every two boxes, (n, n); 0 where they overlap."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    apart = np.maximum(low - boxes[None, :, 2:], boxes[None, :, :2] - high)
    return np.asarray(np.linalg.norm(np.maximum(apart, 0), axis=-1), np.float64)


def _extents(boxes: Boxes) -> Boxes:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).max(axis=1), np.float64)


def _extents_together(boxes: Boxes) -> Boxes:
    """Return the longer side of the box around every two boxes, (n, n)."""
    low = np.minimum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.maximum(boxes[:, None, 2:], boxes[None, :, 2:])
    return np.asarray((high - low).max(axis=-1), np.float64)


def _around(boxes: Boxes) -> Boxes:
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _shares(box: Boxes) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(edge) for edge in box)
    return x0, y0, x1, y1
