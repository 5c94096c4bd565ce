"""Draw strokes as the table's ink looks: lines of one width, dark on light."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.planes import planes_of

Pictures = Sequence[Gray] | Gray
"""Several pictures, each (R, R) or (R, R, 3): a list, or one array."""

_SUPERSAMPLING = 4
_FRACTION_BITS = 3


def draw_strokes(strokes: Sequence[Floats], size_px: int, width_px: float) -> Gray:
    """Draw polylines with round ends and smooth edges; where a pen only touched, a round dot.

    Args:
        strokes: each (n, 2) float32, x and y in the unit square, y down.
        size_px: side of the picture in pixels.
        width_px: line width in pixels of the result.

    Returns:
        (size_px, size_px) uint8, 0 ink .. 255 paper.
    """
    side = size_px * _SUPERSAMPLING
    canvas = np.full((side, side), 255, np.uint8)
    thickness = max(1, round(width_px * _SUPERSAMPLING))
    scale = side * (1 << _FRACTION_BITS)
    for stroke in strokes:
        points = np.round(np.asarray(stroke)[:, :2] * scale - (1 << _FRACTION_BITS) / 2)
        # Of a single point OpenCV draws nothing; of one that stays where it is, a round dot.
        way = np.repeat(points, 2, axis=0) if len(points) == 1 else points
        cv2.polylines(
            canvas, [way.astype(np.int32)], False, 0, thickness, cv2.LINE_8, _FRACTION_BITS
        )
    small = cv2.resize(canvas, (size_px, size_px), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def table_ink(strokes: Sequence[Floats], size_px: int, width_px: float, pen_px: float) -> Gray:
    """Draw strokes with a pen and normalise them as the table does: what the encoder gets.

    Args:
        strokes: each (n, 2) float32 in the unit square.
        size_px: side of the ink.
        width_px: the bundle's stroke width in pixels of the ink.
        pen_px: width of the visitor's pen in pixels of the ink; close lines run together in it.

    Returns:
        (size_px, size_px) uint8, 0 ink .. 255 paper.
    """
    mask = draw_strokes(strokes, 2 * size_px, 2 * pen_px)
    return planes_of(mask, size_px, width_px).lines


def as_network_input(ink: Gray) -> Floats:
    """Turn ink into what networks take.

    Args:
        ink: (..., H, W) uint8, 0 ink .. 255 paper.

    Returns:
        (..., H, W) float32, -1 ink .. 1 paper.
    """
    return ink.astype(np.float32) / 127.5 - 1.0


def as_gray(pixels: Floats) -> Gray:
    """Turn a network's picture into grey levels; the inverse of `as_network_input`, clipped."""
    return np.clip(np.round((pixels + 1.0) * 127.5), 0, 255).astype(np.uint8)
