"""How lines run in a picture: the length of line in every pixel, in six directions."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray

DIRECTIONS = 6
_GRADIENT_BLUR_PX, _TENSOR_BLUR_PX = 0.7, 1.5


def line_density(picture: Gray) -> Floats:
    """Measure how much line runs through every pixel, and in which direction.

    The gradient across a line rises and falls by the same amount whatever the line's width, so half
    its magnitude, summed, is the length of the line.

    Args:
        picture: (R, R) uint8, 0 ink .. 255 paper.

    Returns:
        (R, R, 6) float32, length of line in pixels; direction k runs at k·30° from the x axis,
        lines between two directions count for both in part.

    Source: the structure tensor, Bigün and Granlund, "Optimal orientation detection of linear
        symmetry", ICCV 1987.
    """
    grey = cv2.GaussianBlur(picture.astype(np.float32) / 255, (0, 0), _GRADIENT_BLUR_PX)
    across_x = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8)
    across_y = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    along_x, along_y = across_x * across_x, across_y * across_y
    products = cv2.merge([along_x, along_y, across_x * across_y])
    tensor = cv2.GaussianBlur(products, (0, 0), _TENSOR_BLUR_PX)
    # What `cv2.magnitude` gives depends on where in memory it is written to.
    length = np.sqrt(along_x + along_y) / 2
    # Most of a picture is paper, which has no direction.
    lined = length > 0
    xx, yy, xy = tensor[lined].T
    # Of the gradient the angle is half of this one; the line is a quarter turn from it.
    doubled = np.arctan2(-2 * xy, yy - xx)
    place = np.mod(doubled / (2 * np.pi), 1.0) * DIRECTIONS
    away = np.abs(place[:, None] - np.arange(DIRECTIONS))
    shares = np.maximum(0, 1 - np.minimum(away, DIRECTIONS - away))
    density = np.zeros((*picture.shape, DIRECTIONS), np.float32)
    density[lined] = shares * length[lined][:, None]
    return density


def resized_by_area(picture: Gray, side_px: int) -> Gray:
    """Return a picture (R, R) uint8 as (side_px, side_px)."""
    resized = cv2.resize(picture, (side_px, side_px), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8)
