"""Turning a small picture into the light of a whole window, once for every picture.

Fading happens afterwards, between mounted pictures: the warp is not repeated for every frame.
"""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.geometry import Matrix, scaling, translation
from exhibit.contract.values import Gray
from exhibit.stage.enlarge import Enlarger
from exhibit.stage.placement import Placement

PAPER = 255
_LARGEST_PX = 768
"""Enlarging stops here; on larger windows the warp does the rest."""


class Mount:
    """Enlarges and warps pictures into the window."""

    def __init__(self, placement: Placement) -> None:
        self._placement = placement
        self._enlarge = Enlarger(min(max(placement.side_px, 1), _LARGEST_PX))

    def __call__(self, pixels: Gray, out: Gray | None = None) -> Gray:
        """Return the window (H, W) or (H, W, 3) uint8 with a picture on paper.

        Args:
            pixels: (R, R) or (R, R, 3) uint8, dark on light.
            out: is written and returned where it has the right shape.
        """
        crisp = self._enlarge(pixels)
        size = (self._placement.width_px, self._placement.height_px)
        shape = (size[1], size[0], *pixels.shape[2:])
        window = cv2.warpPerspective(
            crisp,
            _pixel_map(self._placement.square_to_projector, crisp.shape[0]),
            size,
            dst=out if out is not None and out.shape == shape else np.empty(shape, np.uint8),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(PAPER, PAPER, PAPER, PAPER),
        )
        return np.asarray(window, np.uint8)


def lit_mask(placement: Placement) -> Gray | None:
    """Return (H, W, 3) uint8, 255 where light may fall; None where all of the window is lit."""
    if placement.lit is None:
        return None
    mask = np.zeros((placement.height_px, placement.width_px, 3), np.uint8)
    corners = np.rint((placement.lit - 0.5) * 16).astype(np.int32)
    return np.asarray(cv2.fillConvexPoly(mask, corners, (255,) * 3, cv2.LINE_AA, shift=4), np.uint8)


def _pixel_map(square_to_window: Matrix, side_px: int) -> Matrix:
    # OpenCV counts from the middle of the first pixel, our frames of reference from its corner.
    half = translation(-0.5, -0.5)
    return np.asarray(
        half @ square_to_window @ scaling(1 / side_px, 1 / side_px) @ np.linalg.inv(half),
        np.float64,
    )
