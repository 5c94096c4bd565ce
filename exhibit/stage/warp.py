"""The way from the pixels of a window to those of a picture, and drawing along it."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.geometry import Points
from exhibit.contract.lens import at_nodes, over_pixels
from exhibit.contract.values import Gray
from exhibit.stage.box import Box
from exhibit.stage.placement import Placement

PAPER = 255
SMOOTH_PX = 8
_CELL = 16
"""What has changed is looked for in cells of the map, and a whole cell is drawn again."""
_COARSE, _COARSE_FROM = 2, 4.0
"""Pixels of the window to a step of a coarse map, and to a pixel of the picture from which on the
map is coarse: no edge of so large a picture is narrower than two steps."""
_MOST_AT_ONCE = 800_000
"""Steps of the map that are drawn in one refresh: some 2 ms of a core."""


class Warp:
    """A map of the lit part of a window to a picture of one size.

    Every pixel of the window is looked up in the picture; of very large windows every second one,
    and those between are drawn straight.

    Attributes:
        columns, rows: (h, w) float32 of the picture, for each step of the map. Since OpenCV 5 they
            are faster than fixed-point maps (3.2 and 5.7 ms for 1560 by 1050 pixels), and exact.
        most_px: so many pixels of the window are drawn in one refresh.
        part: of the window, which the map covers.

    Args:
        placement: where pictures land.
        side_px: of the picture.
    """

    def __init__(self, placement: Placement, side_px: int) -> None:
        self._step = step_of(placement, side_px)
        self.part = lit_part(placement)
        self.columns, self.rows = _maps(placement, side_px, self.part, self._step)
        height, width = self.columns.shape
        self._whole = Box(0, 0, width, height)
        self.most_px = _MOST_AT_ONCE * self._step**2
        at = np.ix_(_edges(height), _edges(width))
        self._across, self._down = (_between(values[at]) for values in (self.columns, self.rows))
        # Fresh memory costs more than the arithmetic: it is used again.
        self._small, self._large = (np.empty(0, np.uint8) for _ in range(2))

    def boxes_of(self, seen: Box, scale: float) -> list[Box]:
        """Return where in the window pixels of a small picture are seen, in pieces of `most_px`.

        Args:
            seen: of the small picture.
            scale: how many times it was enlarged.
        """
        (left_most, right_most), (highest, lowest) = self._across, self._down
        beside = (right_most <= scale * seen.left - 1) | (left_most >= scale * seen.right)
        apart = (lowest <= scale * seen.top - 1) | (highest >= scale * seen.bottom)
        shown = np.logical_not(beside | apart).astype(np.uint8)
        left, top, width, height = cv2.boundingRect(shown)
        cells = Box(left, top, left + width, top + height)
        pieces = math.ceil(cells.area * _CELL**2 / _MOST_AT_ONCE)
        return [self._in_window(rows.scaled(_CELL)).within(self.part) for rows in cells.cut(pieces)]

    def needed_in(self, box: Box, scale: float) -> Box:
        """Return what of the small picture a box of the window shows."""
        cells = self._in_map(box).divided(_CELL)
        (left_most, right_most), (highest, lowest) = self._across, self._down
        first = cells.of(left_most).min(), cells.of(highest).min()
        last = cells.of(right_most).max() + 1, cells.of(lowest).max() + 1
        return Box.around(np.array([first, last]) / scale)

    def draw(self, crisp: Gray, box: Box, out: Gray) -> None:
        """Write a box of the window, of which `out` is the view, from the enlarged picture."""
        seen = self._in_map(box)
        if self._step == 1:
            self._look_up(crisp, seen, out)
            return
        seen = seen.grown(1).within(self._whole)
        large = seen.scaled(self._step)
        self._small, small = _room(self._small, seen, crisp)
        self._large, drawn = _room(self._large, large, crisp)
        self._look_up(crisp, seen, small)
        size = (large.width, large.height)
        cv2.resize(small, size, dst=drawn, interpolation=cv2.INTER_LINEAR)
        begins = self._in_window(seen)
        np.copyto(out, box.moved(-begins.left, -begins.top).of(drawn))

    def _look_up(self, crisp: Gray, seen: Box, out: Gray) -> None:
        cv2.remap(
            crisp,
            seen.of(self.columns),
            seen.of(self.rows),
            cv2.INTER_LINEAR,
            dst=out,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(PAPER, PAPER, PAPER, PAPER),
        )

    def _in_map(self, box: Box) -> Box:
        inside = box.moved(-self.part.left, -self.part.top)
        return inside.divided(self._step).within(self._whole)

    def _in_window(self, steps: Box) -> Box:
        return steps.scaled(self._step).moved(self.part.left, self.part.top)


def lit_part(placement: Placement) -> Box:
    """Return the part of a window that is lit."""
    whole = Box(0, 0, placement.width_px, placement.height_px)
    return whole if placement.lit is None else Box.around(placement.lit).grown(1).within(whole)


def step_of(placement: Placement, side_px: int) -> int:
    """Return after how many pixels of the window one is looked up in a picture of `side_px`."""
    return _COARSE if placement.side_px >= _COARSE_FROM * side_px else 1


def nodes_of(placement: Placement, side_px: int) -> NDArray[np.float32]:
    """Return (m, n, 2): the picture's pixel that lies at every `SMOOTH_PX` of the lit part."""
    part = lit_part(placement)
    nodes = at_nodes(_to_picture(placement, side_px, part, 1), (part.width, part.height), SMOOTH_PX)
    return nodes.astype(np.float32)


def _maps(
    placement: Placement, side_px: int, part: Box, step: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return OpenCV's maps of a part of the window, to a picture of `side_px`."""
    size = math.ceil(part.width / step), math.ceil(part.height / step)
    at = over_pixels(_to_picture(placement, side_px, part, step), size, SMOOTH_PX // step)
    return np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])


def _to_picture(
    placement: Placement, side_px: int, part: Box, step: int
) -> Callable[[Points], Points]:
    """Return the way from steps of the map, continuous, to the middles of a picture's pixels."""

    def to_picture(steps: Points) -> Points:
        at = placement.to_square(step * steps + np.array([part.left, part.top])) * side_px
        return np.asarray(at - 0.5, np.float64)

    return to_picture


def _edges(length: int) -> NDArray[np.intp]:
    """Return the first step of every cell, and the last step of all."""
    return np.append(np.arange(0, length, _CELL), length - 1)


def _between(corners: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the least and the most (m, n) within cells whose corners are (m + 1, n + 1)."""
    around = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:]])
    # Between its corners a map may bend by a little more.
    return around.min(axis=0) - 1, around.max(axis=0) + 1


def _room(memory: Gray, box: Box, like: Gray) -> tuple[Gray, Gray]:
    """Return memory, or more of it where a box needs that, and the array (h, w[, C]) of the box."""
    shape = (box.height, box.width, *like.shape[2:])
    size = math.prod(shape)
    memory = memory if memory.size >= size else np.empty(size, np.uint8)
    return memory, memory[:size].reshape(shape)
