"""Frame a drawing square at a resolution, with lines that stay crisp."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.ink.images import as_gray

Squaring = Literal["pad", "crop"]
"""With paper to the longer side, or to the shorter one."""
PAPER = 255
MARGIN_SHARE = 0.07
"""Free paper on each side of a padded drawing, as a share of the square's side."""


def padded_side_px(height: int, width: int) -> int:
    """Side of the square that a drawing of this size is padded to, margin included."""
    return round(max(height, width) / (1 - 2 * MARGIN_SHARE))


def pad_to_square(grey: NDArray[np.uint8], paper: int = PAPER) -> NDArray[np.uint8]:
    """Put a drawing in the middle of a square sheet, with a margin.

    Args:
        grey: (height, width) uint8.
        paper: grey level of the added paper.

    Returns:
        (side, side) uint8.
    """
    height, width = grey.shape
    side = padded_side_px(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    sheet = np.full((side, side), paper, np.uint8)
    sheet[top : top + height, left : left + width] = grey
    return sheet


def crop_to_square(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut the square of the shorter side that holds most of the ink.

    Args:
        grey: (height, width) uint8.

    Returns:
        (side, side) uint8.
    """
    height, width = grey.shape
    side = min(height, width)
    along = 0 if height > width else 1
    ink_along = (PAPER - grey.astype(np.float64)).sum(axis=1 - along)
    inside = np.convolve(ink_along, np.ones(side), mode="valid")
    best = np.flatnonzero(inside >= inside.max() - 1e-6)
    start = int(best[len(best) // 2])
    return grey[start : start + side] if along == 0 else grey[:, start : start + side]


def resize_crisp(square: NDArray[np.uint8], resolution: int) -> NDArray[np.uint8]:
    """Resize; when enlarging, keep the edge of a line about one pixel wide.

    Args:
        square: (side, side) uint8.
        resolution: wanted side in pixels.

    Returns:
        (resolution, resolution) uint8.
    """
    side = square.shape[0]
    if side >= resolution:
        return as_gray(cv2.resize(square, (resolution,) * 2, interpolation=cv2.INTER_AREA))
    large = cv2.resize(square, (resolution, resolution), interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(large.astype(np.float32), (0, 0), 0.35 * resolution / side)
    steep = (smooth - 127.5) * (resolution / side) + 127.5
    return np.clip(np.rint(steep), 0, 255).astype(np.uint8)
