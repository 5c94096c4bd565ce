"""From the frame to the ink square: the sheet as the visitor sees it."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import Homography, perspective


def outline_of_frame(shape: tuple[int, int]) -> Floats:
    """Return the frame's own corners (4, 2): top left, top right, bottom right, bottom left."""
    height, width = shape
    corners = [[0, 0], [width, 0], [width, height], [0, height]]
    return np.array(corners, np.float32) - np.float32(0.5)


def square_from_outline(corners: Floats, mirrored: bool) -> Homography:
    """Return the map from frame pixels to the unit square that holds the whole sheet.

    The sheet keeps its proportions and lies in the middle, its longer side as long as the square.

    Args:
        corners: (4, 2) float32 in frame pixels: top left, top right, bottom right, bottom left
            in the frame.
        mirrored: the camera sees the sheet from below.
    """
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = float(sides[0] + sides[2]), float(sides[1] + sides[3])
    right, down = 0.5 * width / max(width, height), 0.5 * height / max(width, height)
    target = np.array([[-right, -down], [right, -down], [right, down], [-right, down]]) + 0.5
    if mirrored:
        target[:, 0] = 1.0 - target[:, 0]
    return perspective(corners, target.astype(np.float32))


def warp_to_square(mask: Gray, frame_to_square: Homography, side: int) -> Gray:
    """Bring a mask into the ink square.

    Args:
        mask: (H, W) uint8, 0 ink .. 255 paper.
        frame_to_square: 3x3, frame pixels to the unit square.
        side: side of the result in pixels.

    Returns:
        (side, side) uint8, 0 ink .. 255 paper; outside the frame is paper.
    """
    to_pixels = np.array([[side, 0, -0.5], [0, side, -0.5], [0, 0, 1]], np.float64)
    grown = cv2.blur(mask, (3, 3)) if max(mask.shape) > side else mask
    warped = cv2.warpPerspective(
        grown, to_pixels @ frame_to_square, (side, side), borderValue=(255.0,)
    )
    return np.asarray(np.where(warped < 150, 0, 255), np.uint8)
