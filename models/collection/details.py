"""Find what a visitor may draw large and the collection drew small: heads and other tops.

A head is where the outline, followed down from one of its tops, grows, narrows to a neck and widens
again. The same holds for the hat on a head, the flame of a candle and the head of a duck, which is
as well: they, too, are things that somebody draws by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from models.collection.boxes import Box

_SMALLEST_PX = 36
"""Longer side on the page as scanned; less has too little detail to be enlarged."""
_SMALLEST, _LARGEST = 0.12, 0.6
"""Sides as a share of the figure's longer side; a larger detail is nearly the whole."""
_NARROWEST, _WIDEST = 0.5, 1.6
"""Width over height."""
_NECK, _THREAD = 1.25, 4.0
"""How much wider head and shoulders are than the neck; more is a thing that hangs by a line."""
_NECK_BELOW = 0.5
"""Share of the figure's height above which a neck is looked for."""
_SHOULDERS = 0.25
"""Share of the figure's height below the neck in which it has to widen."""
_MOST_ABOVE = 0.15
"""Share of a head's columns above which there is more of the figure: a coat under a head has it."""
_LEAST_INSIDE = 0.06
"""Share of the outline's inside that is ink: a bare outline would be a blot."""
_BORDER = 0.06
"""Share of a head's longer side that is its outline."""
_MARGIN = 0.06
_CLOSED_GAP = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    """An outline followed down from one of its tops: columns [left, right) in every row."""

    top: int
    left: NDArray[np.int64]
    right: NDArray[np.int64]


Details = Literal["none", "heads"]
"""What is cut out of figures besides the figures themselves."""


def heads_of(ink: NDArray[np.bool_]) -> list[Box]:
    """Find heads in a figure, or in a group of them.

    Args:
        ink: (height, width) bool, the figure's own ink.

    Returns:
        Boxes in the figure's pixels, a little wider than the heads, none inside another.
    """
    outline = filled(ink)
    found = [box for track in _tracks(outline) if (box := _head(track, ink, outline)) is not None]
    found.sort(key=lambda box: -box.width * box.height)
    apart: list[Box] = []
    for box in found:
        if not any(_overlaps(box, other) for other in apart):
            apart.append(box)
    return sorted(apart, key=lambda box: (box.left, box.top))


def filled(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill everything that lines enclose once small gaps in them are closed."""
    gap = max(3, round(_CLOSED_GAP * max(ink.shape)) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap))
    closed = cv2.morphologyEx(np.pad(ink.astype(np.uint8), gap), cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    drawn = np.zeros_like(closed)
    cv2.drawContours(drawn, contours, -1, 1, cv2.FILLED)
    return drawn[gap:-gap, gap:-gap].astype(bool)


def _tracks(outline: NDArray[np.bool_]) -> Iterator[_Track]:
    rows = [_runs(row) for row in outline]
    above: list[tuple[int, int]] = []
    for top, runs in enumerate(rows):
        for run in runs:
            if not any(_shared(run, other) > 0 for other in above):
                yield _follow(rows, top, run)
        above = runs


def _follow(rows: list[list[tuple[int, int]]], top: int, run: tuple[int, int]) -> _Track:
    """Follow a run down, always the part that continues most of it."""
    followed = [run]
    for runs in rows[top + 1 :]:
        run = max(runs, key=lambda other: _shared(followed[-1], other), default=(0, 0))
        if _shared(followed[-1], run) <= 0:
            break
        followed.append(run)
    left, right = np.array(followed).T
    return _Track(top, left, right)


def _head(track: _Track, ink: NDArray[np.bool_], outline: NDArray[np.bool_]) -> Box | None:
    """Return the box above the best neck of a track, if there is one."""
    height, longer = ink.shape[0], max(ink.shape)
    width = track.right - track.left
    best, best_depth = None, 0.0
    for neck in range(2, min(len(width), round(_NECK_BELOW * height))):
        shoulders = width[neck : neck + max(2, round(_SHOULDERS * height))].max()
        depth = min(width[:neck].max(), shoulders) / width[neck]
        left, right = int(track.left[: neck + 1].min()), int(track.right[: neck + 1].max())
        box = Box(left, track.top, right, track.top + neck + 1)
        if _NECK < depth < _THREAD and depth > best_depth and _is_sized(box, longer):
            best, best_depth = box, depth
    if best is None or _share_under(outline, best) > _MOST_ABOVE:
        return None
    part = np.s_[best.top : best.bottom, best.left : best.right]
    border = 2 * max(2, round(_BORDER * max(best.width, best.height))) + 1
    inside = cv2.erode(outline[part].astype(np.uint8), np.ones((border, border), np.uint8)) > 0
    if np.count_nonzero(ink[part] & inside) < _LEAST_INSIDE * max(1, int(np.count_nonzero(inside))):
        return None
    return _widened(best, ink.shape)


def _share_under(outline: NDArray[np.bool_], box: Box) -> float:
    """Share of a box's columns above which the outline has something."""
    return float(outline[: box.top, box.left : box.right].any(axis=0).mean())


def _is_sized(box: Box, longer: int) -> bool:
    sides = box.width, box.height
    return (
        max(sides) >= _SMALLEST_PX
        and _SMALLEST * longer <= min(sides)
        and max(sides) <= _LARGEST * longer
        and _NARROWEST <= box.width / box.height <= _WIDEST
    )


def _widened(box: Box, shape: tuple[int, ...]) -> Box:
    margin = max(2, round(_MARGIN * max(box.width, box.height)))
    return Box(
        max(0, box.left - margin),
        max(0, box.top - margin),
        min(shape[1], box.right + margin),
        min(shape[0], box.bottom + margin),
    )


def _runs(row: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _shared(one: tuple[int, int], other: tuple[int, int]) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _overlaps(one: Box, other: Box) -> bool:
    across = _shared((one.left, one.right), (other.left, other.right))
    down = _shared((one.top, one.bottom), (other.top, other.bottom))
    smaller = min(one.width * one.height, other.width * other.height)
    return across > 0 and down > 0 and across * down > 0.3 * smaller
