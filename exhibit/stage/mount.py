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
from exhibit.stage.enlarge import Enlarger
from exhibit.stage.placement import Placement

PAPER = 255
Maps = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Columns and rows of the picture. Since OpenCV 5 they are faster than fixed-point maps (3.2 and
5.7 ms for 1560 by 1050 pixels), and exact."""
_STEP_PX = 8
_LARGEST_PX = 768
"""Enlarging stops here; on larger windows the warp does the rest."""


class Mount:
    """Enlarges and warps pictures into the window.

    The warp is one pass over a map that is made once for each size of pictures, with or without a
    mesh. Where only a part of the window is lit, only that part is warped.
    """

    def __init__(self, placement: Placement) -> None:
        self._placement = placement
        self._part = _lit_part(placement)
        self._maps: dict[int, Maps] = {}
        self._enlarge = Enlarger(min(max(placement.side_px, 1), _LARGEST_PX))

    def __call__(self, pixels: Gray, out: Gray | None = None) -> Gray:
        """Return the window (H, W) or (H, W, 3) uint8 with a picture on paper.

        Args:
            pixels: (R, R) or (R, R, 3) uint8, dark on light.
            out: is written and returned where it has the right shape.
        """
        crisp = self._enlarge(pixels)
        shape = (self._placement.height_px, self._placement.width_px, *pixels.shape[2:])
        if out is None or out.shape != shape:
            out = np.empty(shape, np.uint8)
        return self.warp(crisp, out)

    def warp(self, crisp: Gray, out: Gray) -> Gray:
        """Write a picture (S, S) or (S, S, 3) uint8 on paper into a window, and return that."""
        side = crisp.shape[0]
        if side not in self._maps:
            self._maps[side] = mount_maps(self._placement, side)
        (top, bottom), (left, right) = self._part
        out[:top] = out[bottom:] = PAPER
        out[top:bottom, :left] = out[top:bottom, right:] = PAPER
        cv2.remap(
            crisp,
            *self._maps[side],
            cv2.INTER_LINEAR,
            dst=out[top:bottom, left:right],
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(PAPER, PAPER, PAPER, PAPER),
        )
        return out


def mount_maps(placement: Placement, side_px: int) -> Maps:
    """Return OpenCV's maps of the lit part of a window, to a picture of `side_px`."""
    (top, bottom), (left, right) = _lit_part(placement)

    def to_picture(pixels: Points) -> Points:
        at = placement.to_square(pixels + np.array([left, top])) * side_px
        return np.asarray(at - 0.5, np.float64)

    at = over_pixels(to_picture, (right - left, bottom - top), _STEP_PX)
    return np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])


def _lit_part(placement: Placement) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the rows and the columns of a window that are lit, each from and up to."""
    size = (placement.height_px, placement.width_px)
    if placement.lit is None:
        return (0, size[0]), (0, size[1])
    low, high = placement.lit[:, ::-1].min(axis=0), placement.lit[:, ::-1].max(axis=0)
    rows, columns = (
        (int(np.clip(first - 1, 0, limit - 1)), int(np.clip(last + 2, 1, limit)))
        for first, last, limit in zip(low, high, size, strict=True)
    )
    return rows, columns


def lit_mask(placement: Placement) -> Gray | None:
    """Return (H, W, 3) uint8, 255 where light may fall; None where all of the window is lit."""
    if placement.lit is None:
        return None
    mask = np.zeros((placement.height_px, placement.width_px, 3), np.uint8)
    corners = np.rint((placement.lit - 0.5) * 16).astype(np.int32)
    return np.asarray(cv2.fillPoly(mask, [corners], (255,) * 3, cv2.LINE_AA, shift=4), np.uint8)
