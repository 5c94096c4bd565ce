"""Lines summed up in the cells of a grid, which is what drawings and ink are compared in."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats

COARSE, FINE = 16, 32
"""Cells on a drawing's side: for the first look at all drawings, and for laying the best."""
SURROUNDINGS = {COARSE: 5, FINE: 9}
"""Cells on the side of what a line is compared with, to count only lines above chance."""
LEVELS = 127
"""Whole numbers that stand for a cell full of lines of one direction."""
_GAIN = 3.0
"""A line through a cell reaches 1 once it is blurred by a cell and multiplied by this."""

Ints = NDArray[np.int64]
Cells = NDArray[np.int8]
"""Lines in cells as whole numbers, -127 .. 127."""


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


def as_whole(values: Floats) -> Cells:
    """Return cells of -1 .. 1 as whole numbers."""
    return np.asarray(np.round(values * LEVELS), np.int8)


def as_shares(whole: Cells) -> Floats:
    """Return whole numbers as cells of -1 .. 1; the inverse of `as_whole`."""
    return whole.astype(np.float32) / np.float32(LEVELS)


def summed_by_two(values: Floats) -> Floats:
    """Sum cells (..., R, R, c) up by two and two: (..., R/2, R/2, c)."""
    summed = values[..., ::2, ::2, :] + values[..., ::2, 1::2, :]
    summed += values[..., 1::2, ::2, :]
    summed += values[..., 1::2, 1::2, :]
    return np.asarray(summed, np.float32)
