"""How lines run in a picture: the length of line in every cell, in six directions."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray

DIRECTIONS = 6
_GRADIENT_BLUR_PX, _TENSOR_BLUR_PX = 0.7, 1.5
_GAIN = 3.0
"""A line through a cell reaches 1 once it is blurred by a cell and multiplied by this."""


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
    products = np.stack([across_x * across_x, across_y * across_y, across_x * across_y], axis=-1)
    tensor = cv2.GaussianBlur(products, (0, 0), _TENSOR_BLUR_PX)
    # Of the gradient the angle is half of this one; the line is a quarter turn from it.
    doubled = np.arctan2(-2 * tensor[..., 2], tensor[..., 1] - tensor[..., 0])
    place = np.mod(doubled / (2 * np.pi), 1.0) * DIRECTIONS
    away = np.abs(place[..., None] - np.arange(DIRECTIONS))
    shares = np.maximum(0, 1 - np.minimum(away, DIRECTIONS - away))
    length = cv2.magnitude(across_x, across_y) / 2
    return np.asarray(shares * length[..., None], np.float32)


def resized_by_area(picture: Gray, side_px: int) -> Gray:
    """Return a picture (R, R) uint8 as (side_px, side_px)."""
    resized = cv2.resize(picture, (side_px, side_px), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8)


def cells(density: Floats, side: int) -> Floats:
    """Sum lines up in cells: blurred by a cell, and no more than 1 however many there are.

    Args:
        density: (R, R, 6) from `line_density`.
        side: number of cells on a side.

    Returns:
        (side, side, 6) float32, 0 .. 1.
    """
    finer = density.shape[0] >= side
    method = cv2.INTER_AREA if finer else cv2.INTER_LINEAR
    # OpenCV shrinks by area four channels at a time, at most.
    halves = (density[..., :3], density[..., 3:])
    shrunk = [cv2.resize(half, (side, side), interpolation=method) for half in halves]
    summed = np.concatenate(shrunk, axis=-1) * (density.shape[0] / side)
    blurred = cv2.GaussianBlur(summed, (0, 0), 1.0, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(np.minimum(_GAIN * blurred, 1.0), np.float32)


def above_chance(values: Floats, window: int) -> Floats:
    """Take away what is there on average around each cell.

    Where lines run everywhere, as in hatching, any line finds a partner by chance; what is left
    counts only lines that lie where their surroundings have none.

    Args:
        values: (side, side, 6) from `cells`.
        window: side of the surroundings in cells, odd.
    """
    around = cv2.blur(values, (window, window), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(values - around, np.float32)


def mirrored(values: Floats) -> Floats:
    """Return cells (..., side, side, 6) of the picture turned over, left to right."""
    turned = np.roll(values[..., ::-1, ::-1], 1, axis=-1)
    return np.asarray(turned, np.float32)
