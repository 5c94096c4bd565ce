"""Lines of one width at the bundle's size; `planes` puts the steps together."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray, ellipse

OVERSAMPLING = 2
"""Lines are thinned and redrawn at this multiple of the size, for smooth edges."""
_COVERED = 60
"""Of 255: half of half a pixel's side, what a line widened to half a pixel covers at the least."""


def cleaned(ink: Gray, shortest_px: float) -> Gray:
    """Close gaps of up to two pixels and drop specks."""
    closed = as_gray(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, ellipse(1)))
    return remove_specks(closed, shortest_px) if shortest_px > 0 else closed


def box_around(ink: Gray, margin_px: int) -> tuple[slice, slice]:
    """Return the rows and columns around ink, from and to even ones."""
    x, y, width, height = cv2.boundingRect(ink)
    top, left = (max(0, edge - margin_px) // 2 * 2 for edge in (y, x))
    bottom, right = ((edge + margin_px + 1) // 2 * 2 for edge in (y + height, x + width))
    return np.s_[top:bottom, left:right]


def redraw(lines: Gray, size: int, stroke_width_px: float) -> Gray:
    """Draw centre lines with one width.

    Args:
        lines: (n·size, n·size) uint8, 1 on centre lines, n a whole number.
        size: side of the result in pixels.
        stroke_width_px: line width in pixels of the result.

    Returns:
        (size, size) uint8, 0 ink .. 255 paper, grey on the edges of lines.
    """
    if cv2.countNonZero(lines) == 0:
        return np.full((size, size), 255, np.uint8)
    scale = lines.shape[0] // size
    half = 0.5 * stroke_width_px * scale
    box = box_around(lines, margin_px=2 * (1 + round(half)))
    away = cv2.distanceTransform(1 - lines[box], cv2.DIST_L2, cv2.DIST_MASK_5)
    grey = cv2.convertScaleAbs(np.maximum(away, half - 0.5), alpha=255.0, beta=255.0 * (0.5 - half))
    paper = np.full((size * scale, size * scale), 255, np.uint8)
    paper[box] = grey
    return as_gray(cv2.resize(paper, (size, size), interpolation=cv2.INTER_AREA))


def remove_specks(ink: Gray, shortest_px: float) -> Gray:
    """Drop connected pieces whose longer side is below a length.

    Args:
        ink: (H, W) uint8, 1 ink.
        shortest_px: pieces with a bounding box smaller than this both ways are dropped.

    Returns:
        (H, W) uint8, 1 ink.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    length = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = length >= shortest_px
    keep[0] = False
    if count == 1 or keep[1:].all():
        return ink
    return np.asarray(keep[labels], np.uint8)


def fit(ink: Gray, side: int) -> Gray:
    """Scale ink (1 ink) into a (side, side) square; a line of one pixel survives any reduction."""
    height, width = ink.shape
    longer = max(height, width)
    if height != width:
        top, left = (longer - height) // 2, (longer - width) // 2
        ink = cv2.copyMakeBorder(
            ink, top, longer - height - top, left, longer - width - left, cv2.BORDER_CONSTANT
        ).astype(np.uint8)
    if longer == side:
        return ink
    if longer > side:
        reach = int(np.ceil(0.5 * longer / side))
        grown = cv2.dilate(ink, np.ones((reach, reach), np.uint8)) * np.uint8(255)
        covered = cv2.resize(grown, (side, side), interpolation=cv2.INTER_AREA)
        return np.asarray(np.greater(covered, _COVERED), np.uint8)
    smooth = cv2.resize(ink * np.uint8(255), (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.greater(smooth, 127), np.uint8)
