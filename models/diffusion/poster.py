"""Posters: small drawings enlarged as if they had been inked again."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray

_NEIGHBOURS = np.ones((3, 3), np.uint8)
_SMOOTHED = 0.3
"""Deviation of the smoothing of contours, in pixels of the small picture."""
_LINES = 0.6
"""How far the grey at which ink begins follows the middle of what is around: a thin line is never
black in a small picture, and yet it is a line."""
_CONTRAST = 64.0
"""Between a line and its paper, grey levels; less is paper."""
_EDGE_PX = 1.5
"""Width of an edge in the large picture."""
_SOBEL = 8.0
"""What OpenCV's operator of 3 × 3 sums up more than a slope."""
_FLATTEST = 2.55
"""Grey levels a pixel: what changes less is no edge."""


def inked(picture: Gray, side: int) -> Gray:
    """Enlarge a drawing with the edges of a pen.

    The small picture is taken as a relief; ink is what lies below a level, and the contour at that
    level is drawn as wide as the eye needs. Nothing is added: a line that the small picture has
    lost does not come back, and small features stay as round as they are.

    Args:
        picture: (R, R) uint8, dark on light.
        side: of the result, at least R.

    Returns:
        (side, side) uint8, ink and paper with soft edges.
    """
    scale = side / picture.shape[0]
    relief = cv2.GaussianBlur(_enlarged(picture, side), (0, 0), _SMOOTHED * scale)
    darkest, lightest = (
        _enlarged(cv2.GaussianBlur(extreme, (0, 0), 1.0), side)
        for extreme in (cv2.erode(picture, _NEIGHBOURS), cv2.dilate(picture, _NEIGHBOURS))
    )
    middle = (darkest + lightest) / 2
    beside = np.asarray(lightest - darkest > _CONTRAST, np.float32)
    level = 127.5 + _LINES * beside * (middle - 127.5)
    smooth = cv2.GaussianBlur(level, (0, 0), _SMOOTHED * scale)
    across, down = (
        cv2.Sobel(relief, cv2.CV_32F, *way, scale=1 / _SOBEL) for way in ((1, 0), (0, 1))
    )
    slope = np.maximum(np.hypot(across, down), _FLATTEST)
    above = (relief - smooth) / slope / _EDGE_PX
    return np.clip(255 * (above + 0.5), 0, 255).round().astype(np.uint8)


def _enlarged(picture: NDArray[Any], side: int) -> NDArray[np.float32]:
    shape = (side, side)
    large = cv2.resize(picture.astype(np.float32), shape, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.float32)
