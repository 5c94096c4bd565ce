"""Turning a small picture into the light of a whole window, once for every picture.

Fading happens afterwards, between mounted pictures: the warp is not repeated for every frame.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.geometry import Points
from exhibit.contract.lens import over_pixels
from exhibit.contract.values import Gray
from exhibit.stage.box import Box, box_of
from exhibit.stage.enlarge import REACH_PX, Enlarger
from exhibit.stage.placement import Placement

PAPER = 255
Maps = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Columns and rows of the picture. Since OpenCV 5 they are faster than fixed-point maps (3.2 and
5.7 ms for 1560 by 1050 pixels), and exact."""
_STEP_PX = 8
_CELL_PX = 16
"""What has changed is looked for in cells of the window, and a whole cell is drawn again."""
_SHRINKS = (0.002, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3)
"""Of the lit part on every side, tried one after the other."""
_LARGEST_PX = 768
"""Enlarging stops here; on larger windows the warp does the rest."""


class Mount:
    """Enlarges and warps pictures into the window, or what has changed of one.

    The warp is one pass over a map that is made once for each size of pictures, with or without a
    mesh. Where only a part of the window is lit, only that part is warped.
    """

    def __init__(self, placement: Placement) -> None:
        self._placement = placement
        self._part = _lit_part(placement)
        self._warps: dict[int, Warp] = {}
        self._enlarge = Enlarger(min(max(placement.side_px, 1), _LARGEST_PX))

    def __call__(self, pixels: Gray, out: Gray | None = None) -> Gray:
        """Return the window (H, W) or (H, W, 3) uint8 with a picture on paper.

        Args:
            pixels: (R, R) or (R, R, 3) uint8, dark on light.
            out: is written and returned where it has the right shape.
        """
        shape = (self._placement.height_px, self._placement.width_px, *pixels.shape[2:])
        if out is None or out.shape != shape:
            out = np.empty(shape, np.uint8)
        out.fill(PAPER)
        self.redraw(pixels, box_of(pixels), out)
        return out

    def redraw(self, pixels: Gray, changed: Box, window: Gray) -> Box:
        """Mount again what has changed of a picture.

        Args:
            pixels: (R, R) or (R, R, 3) uint8, dark on light.
            changed: where it differs from the picture that the window was mounted from.
            window: (H, W) or (H, W, 3) uint8; written where it becomes another one.

        Returns:
            where it was written.
        """
        if changed.is_empty:
            return changed
        side = self._enlarge.side_of(pixels)
        if side not in self._warps:
            self._warps[side] = Warp(*mount_maps(self._placement, side))
        warp, scale, picture = self._warps[side], side / pixels.shape[0], box_of(pixels)
        seen = changed.grown(REACH_PX).within(picture)
        box = warp.box_of(seen, scale)
        if box.is_empty:
            return box
        part = picture
        if seen != picture:
            needed = warp.needed_in(box, scale).grown(REACH_PX + 1)
            part = needed.on_steps(self._enlarge.step_of(pixels)).within(picture)
        crisp = self._enlarge(pixels, part)
        place = box.moved(self._part.left, self._part.top)
        warp.draw(crisp, (round(scale * part.left), round(scale * part.top)), box, place.of(window))
        return place


class Warp:
    """The map of the lit part of a window to a picture of one size.

    Args:
        columns, rows: (h, w) float32 of the picture, for each pixel of the part.
    """

    def __init__(self, columns: NDArray[np.float32], rows: NDArray[np.float32]) -> None:
        self._maps = (columns, rows)
        height, width = columns.shape
        self._whole = Box(0, 0, width, height)
        at = np.ix_(_edges(height), _edges(width))
        self._cells = [_between(values[at]) for values in self._maps]

    def box_of(self, seen: Box, scale: float) -> Box:
        """Return where pixels of a small picture are seen, which was enlarged so many times."""
        (left_most, right_most), (highest, lowest) = self._cells
        beside = (right_most <= scale * seen.left - 1) | (left_most >= scale * seen.right)
        apart = (lowest <= scale * seen.top - 1) | (highest >= scale * seen.bottom)
        shown = np.logical_not(beside | apart).astype(np.uint8)
        left, top, width, height = cv2.boundingRect(shown)
        cells = Box(left, top, left + width, top + height)
        return cells.scaled(_CELL_PX).within(self._whole)

    def needed_in(self, box: Box, scale: float) -> Box:
        """Return what of the small picture a box of the window shows."""
        columns, rows = (box.of(values) for values in self._maps)
        ends = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]])
        return Box.around(ends / scale)

    def draw(self, crisp: Gray, corner: tuple[int, int], box: Box, out: Gray) -> None:
        """Write a box of the window from a part of the enlarged picture that begins at a corner."""
        columns, rows = (box.of(values) for values in self._maps)
        if corner != (0, 0):
            columns = np.subtract(columns, corner[0], dtype=np.float32)
            rows = np.subtract(rows, corner[1], dtype=np.float32)
        cv2.remap(
            crisp,
            columns,
            rows,
            cv2.INTER_LINEAR,
            dst=out,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(PAPER, PAPER, PAPER, PAPER),
        )


def _edges(length: int) -> NDArray[np.intp]:
    """Return the first pixel of every cell, and the last pixel of all."""
    return np.append(np.arange(0, length, _CELL_PX), length - 1)


def _between(corners: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the least and the most (m, n) within cells whose corners are (m + 1, n + 1)."""
    around = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:]])
    # Between its corners a map may bend by a little more.
    return around.min(axis=0) - 1, around.max(axis=0) + 1


def mount_maps(placement: Placement, side_px: int) -> Maps:
    """Return OpenCV's maps of the lit part of a window, to a picture of `side_px`."""
    part = _lit_part(placement)

    def to_picture(pixels: Points) -> Points:
        at = placement.to_square(pixels + np.array([part.left, part.top])) * side_px
        return np.asarray(at - 0.5, np.float64)

    at = over_pixels(to_picture, (part.width, part.height), _STEP_PX)
    return np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])


def _lit_part(placement: Placement) -> Box:
    """Return the part of a window that is lit."""
    whole = Box(0, 0, placement.width_px, placement.height_px)
    return whole if placement.lit is None else Box.around(placement.lit).grown(1).within(whole)


def lit_mask(placement: Placement) -> Gray | None:
    """Return (H, W, 3) uint8, 255 where light may fall; None where all of the window is lit."""
    if placement.lit is None:
        return None
    mask = np.zeros((placement.height_px, placement.width_px, 3), np.uint8)
    corners = np.rint((placement.lit - 0.5) * 16).astype(np.int32)
    return np.asarray(cv2.fillPoly(mask, [corners], (255,) * 3, cv2.LINE_AA, shift=4), np.uint8)


def inside_of(mask: Gray) -> Box:
    """Return a box of a mask (H, W, 3) in which all is lit, large where the lit part is upright."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask[..., 0]))
    for share in _SHRINKS:
        across, down = round(share * width), round(share * height)
        box = Box(left + across, top + down, left + width - across, top + height - down)
        if not box.is_empty and box.of(mask).min() == PAPER:
            return box
    return Box(0, 0, 0, 0)
