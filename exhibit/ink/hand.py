"""Hands, pens and their shadows: large changes of the paper's brightness with an edge."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, ellipse, label_type, square

Polarity = Literal["auto", "dark", "bright"]

_EDGE_STEP = 0.09
_SMALLEST = 24
_LONE = 120
_FILL = 15
_PEN_LEVEL = 0.75
_PEN_REACH = 6
_PEN_PX = 4


def find_hands(
    ratio: Floats, tolerance: tuple[Floats, Floats], within: Gray, pens: Gray, polarity: Polarity
) -> tuple[Gray, Gray]:
    """Find what covers the sheet.

    Args:
        ratio: (h, w) float32, brightness over that of the uncovered paper.
        tolerance: (h, w) float32 each, how far from 1 a ratio is surely, and perhaps, not paper's.
        within: (h, w) uint8, not 0 on the sheet.
        pens: (h, w) uint8, 1 where something dark is thicker than any line.
        polarity: how a hand looks.

    Returns:
        (h, w) uint8, 1 under hands; and (h, w) uint8, 1 where the light changed without an edge,
        which no hand does.
    """
    on_sheet = within > 0
    change = ratio - np.float32(1.0)
    surely, perhaps = tolerance
    dark = (change < -perhaps) & on_sheet
    bright = (change > perhaps) & on_sheet
    sure = (np.abs(change) > surely) & on_sheet
    thick = (pens > 0) & on_sheet
    if polarity == "dark":
        changed, sure = dark, sure & dark
    elif polarity == "bright":
        near = as_gray(bright).astype(np.uint8)
        changed = bright | (_touching(as_gray(dark), near) > 0)
        sure &= changed
    else:
        changed = dark | bright
    inner = cv2.erode(within, ellipse(2), borderType=cv2.BORDER_CONSTANT, borderValue=(0.0,)) > 0
    steps = cv2.morphologyEx(ratio, cv2.MORPH_GRADIENT, square(3)) > _EDGE_STEP
    hands, relit = _sort(as_gray(changed | thick), sure | thick, steps & inner, ~inner)
    if not hands.any():
        return hands, relit
    hands |= _touching(as_gray(thick), grow(hands, _PEN_REACH))
    # Skin about as bright as paper is found only around its edges: fill what they enclose.
    filled = cv2.morphologyEx(hands, cv2.MORPH_CLOSE, ellipse(_FILL // 2))
    return as_gray((filled > 0) & on_sheet), relit


def thick_dark(pixels: Gray, paper: Floats) -> Gray:
    """Find what is darker than paper and thicker than a line: the shaft of a pen, a hand.

    Args:
        pixels: (H, W) uint8.
        paper: (h, w) float32, brightness of uncovered paper.

    Returns:
        (h, w) uint8, 1 on thick dark things.
    """
    height, width = pixels.shape
    size = (max(1, width // 2), max(1, height // 2))
    half = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    darker = cv2.resize(cv2.convertScaleAbs(paper, alpha=_PEN_LEVEL), size)
    core = cv2.morphologyEx(as_gray(half < darker), cv2.MORPH_OPEN, square(_PEN_PX))
    small = (paper.shape[1], paper.shape[0])
    return as_gray(cv2.resize(core * np.uint8(255), small, interpolation=cv2.INTER_AREA) > 100)


def grow(mask: Gray, reach: int) -> Gray:
    """Widen a mask (h, w) uint8 by `reach` pixels in every direction."""
    return as_gray(cv2.dilate(mask, ellipse(reach)))


def _touching(parts: Gray, anchor: Gray) -> Gray:
    """Keep the connected parts that touch the anchor."""
    if not anchor.any() or not parts.any():
        return np.zeros_like(parts)
    count, labels = cv2.connectedComponents(parts, connectivity=8)
    keep = np.zeros(count, bool)
    keep[labels[cv2.dilate(anchor, ellipse(2)) > 0]] = True
    keep[0] = False
    return as_gray(keep[labels])


def _sort(
    changed: Gray,
    sure: NDArray[np.bool_],
    edges: NDArray[np.bool_],
    rim: NDArray[np.bool_],
) -> tuple[Gray, Gray]:
    """Tell hands from changes of light, piece by piece."""
    if not changed.any():
        return changed, changed
    joined = cv2.morphologyEx(changed, cv2.MORPH_CLOSE, square(3))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        joined, connectivity=8, ltype=label_type(joined.shape)
    )
    area = stats[:, cv2.CC_STAT_AREA]
    edged = np.bincount(labels[edges], minlength=count)
    rims = np.bincount(labels[rim], minlength=count)
    strong = np.bincount(labels[sure], minlength=count)
    sharp = (edged > np.maximum(3.0, 0.6 * np.sqrt(area))) & (strong >= 6)
    # A hand comes from outside; only a large one may seem to be cut off from its arm.
    hand = sharp & (((rims > 0) & (area >= _SMALLEST)) | (area >= _LONE))
    smooth = ~sharp & (area >= _SMALLEST)
    hand[0] = smooth[0] = False
    return as_gray(hand[labels]), as_gray(smooth[labels])
