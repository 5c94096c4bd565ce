"""Measure pen lines: how much ink a picture has and how wide its lines are."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

DUST_SHARE = 0.0015
"""Separate ink smaller than this share of the page's longer side is dust: 4 px at 2400 px."""
INK_BELOW = 128
"""Grey level below which a pixel of a whitened page counts as ink."""


def ink_mask(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Mark the ink of a whitened picture.

    Args:
        grey: (height, width) uint8, 0 ink .. 255 paper.

    Returns:
        (height, width) bool, True where a pen has been.
    """
    return grey < INK_BELOW


def without_dust(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Leave out the separate specks that are too small to be a pen's dot.

    Args:
        ink: (height, width) bool, a whole page.

    Returns:
        (height, width) bool.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    longest = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    dust = longest < DUST_SHARE * max(ink.shape)
    return ink & ~dust[labels]


def perimeter_px(ink: NDArray[np.bool_]) -> float:
    """Length of the boundary between ink and paper, in pixels.

    Counting pixel edges makes every diagonal line 27 % too long; counting how often lines in four
    directions cross the boundary does not.

    Args:
        ink: (height, width) bool.

    Returns:
        Boundary length in pixels; ink that touches the border is closed there.

    Source: Cauchy-Crofton formula, P = 1/2 ∫∫ n(line) dp dθ, with four directions (Δθ = π/4) and a
        line spacing of 1 along the axes and 1/√2 along the diagonals.
    """
    padded = np.pad(ink, 1)
    along_axes = np.count_nonzero(padded[:, 1:] != padded[:, :-1])
    along_axes += np.count_nonzero(padded[1:] != padded[:-1])
    along_diagonals = np.count_nonzero(padded[1:, 1:] != padded[:-1, :-1])
    along_diagonals += np.count_nonzero(padded[1:, :-1] != padded[:-1, 1:])
    return math.pi / 8 * (along_axes + along_diagonals / math.sqrt(2))


def line_width_px(ink: NDArray[np.bool_]) -> float:
    """Mean width of the lines: a stroke of length L and width w has area L·w and perimeter 2·L.

    Args:
        ink: (height, width) bool.

    Returns:
        Mean width in pixels of this picture; 0.0 where there is no ink.
    """
    area = np.count_nonzero(ink)
    return 2 * area / perimeter_px(ink) if area else 0.0
