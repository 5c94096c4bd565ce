"""Lay a drawing of the memory where a find says."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Find, Gray

_PAPER = 255


def lay(drawing: Gray, find: Find, side_px: int) -> Gray:
    """Draw a drawing of the memory at its place over the ink.

    The drawing is first shrunk by area to the size it will have, so that no line falls between two
    pixels, and then moved by a part of a pixel.

    Args:
        drawing: (D, D) uint8, 0 ink .. 255 paper.
        find: where it lies.
        side_px: side of the result.

    Returns:
        (side_px, side_px) uint8, paper where the drawing does not reach.
    """
    turned = np.ascontiguousarray(drawing[:, ::-1]) if find.mirrored else drawing
    wanted = find.scale * side_px
    laid_px = min(turned.shape[0], max(1, round(wanted)))
    if laid_px < turned.shape[0]:
        shrunk = cv2.resize(turned, (laid_px, laid_px), interpolation=cv2.INTER_AREA)
        turned = np.asarray(shrunk, np.uint8)
    step = laid_px / wanted
    # Coordinates name centres of pixels: pixel i covers i .. i + 1.
    shift = step * (0.5 - np.asarray(find.offset, np.float64) * side_px) - 0.5
    to_drawing = np.array([[step, 0, shift[0]], [0, step, shift[1]]])
    laid = cv2.warpAffine(
        turned,
        to_drawing,
        (side_px, side_px),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_PAPER,
    )
    return np.asarray(laid, np.uint8)
