"""Hands, pens and their shadows: large changes of the paper's brightness with an edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, closed, dilated, ellipse, label_type, places_of, square

Polarity = Literal["auto", "dark", "bright"]

_EDGE_STEP = 0.09
_SMALLEST = 24
_LONE = 120
_FILL = 15
_PEN_LEVEL = 0.75
_PEN_REACH, _PEN_LONG = 6, 10
_ACROSS = 5
"""A hand goes on beyond what is drawn under it that is at most twice so many cells wide."""
_BRIGHT_SHARE = 0.15
"""Share of a piece that is brighter than paper, from which on it is nothing drawn."""
_PEN_PX = 4


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Where the sheet is, (h, w) uint8 each.

    Args:
        within: not 0 on the sheet.
        rim: 1 along its edge.
        crossed: 1 on those cells of the rim beyond which something covers the table; all of the
            rim where one cannot tell.
    """

    within: Gray
    rim: Gray
    crossed: Gray


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What is on a sheet besides thin lines, (h, w) uint8 each.

    Args:
        hands: 1 under hands.
        relit: 1 where the light changed without an edge, which no hand does.
        loose: 1 on dark pieces that paper encloses, 2 on those that end at the sheet's edge: drawn,
            if they lie still.
    """

    hands: Gray
    relit: Gray
    loose: Gray


def find_hands(
    ratio: Floats,
    tolerance: tuple[Floats, Floats],
    sheet: Sheet,
    pens: Gray,
    polarity: Polarity,
    drawn: Gray,
) -> Found:
    """Find what covers the sheet, and what may be drawn on it with a broad pen.

    Args:
        ratio: (h, w) float32, brightness over that of the uncovered paper.
        tolerance: (h, w) float32 each, how far from 1 a ratio is surely, and perhaps, not paper's.
        sheet: where it is, and where its edge is crossed.
        pens: (h, w) uint8, 1 where something dark is thicker than any line.
        polarity: how a hand looks.
        drawn: (h, w) uint8, 1 where something drawn with a broad pen is known and seen.
    """
    on_sheet = (sheet.within > 0) & (drawn == 0)
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
    steps = cv2.morphologyEx(ratio, cv2.MORPH_GRADIENT, square(3)) > _EDGE_STEP
    marks = _Marks(sure | thick, steps & (sheet.rim == 0), sheet, change > surely, drawn)
    hands, relit, loose = _sort(as_gray(changed | thick), marks)
    if not hands.any():
        return Found(hands, relit, loose)
    hands &= as_gray(on_sheet)
    dark = as_gray(thick | (loose > 0))
    if (dark & ~hands).any():
        hands |= _touching(dark, grow(hands, _PEN_REACH)) & grow(hands, _PEN_LONG)
    # Skin about as bright as paper is found only around its edges: fill what they enclose.
    hands = closed(hands, _FILL // 2) & as_gray(on_sheet)
    return Found(hands, relit, loose * (1 - hands))


def rim_of(within: Gray) -> Gray:
    """Return, 1 there, the cells along the edge of a sheet (h, w) uint8."""
    inner = cv2.erode(within, ellipse(2), borderType=cv2.BORDER_CONSTANT, borderValue=(0.0,))
    return as_gray((within > 0) & (inner == 0))


def thick_dark(half: Gray, paper: Floats) -> Gray:
    """Find what is darker than paper and thicker than a line: the shaft of a pen, a hand.

    Args:
        half: (2 h, 2 w) uint8, the frame at half its size.
        paper: (h, w) float32, brightness of uncovered paper.

    Returns:
        (h, w) uint8, 1 on thick dark things.
    """
    size = (half.shape[1], half.shape[0])
    darker = cv2.resize(cv2.convertScaleAbs(paper, alpha=_PEN_LEVEL), size)
    core = cv2.morphologyEx(as_gray(half < darker), cv2.MORPH_OPEN, square(_PEN_PX))
    small = (paper.shape[1], paper.shape[0])
    return as_gray(cv2.resize(core * np.uint8(255), small, interpolation=cv2.INTER_AREA) > 100)


def grow(mask: Gray, reach: int) -> Gray:
    """Widen a mask (h, w) uint8 by `reach` pixels in every direction."""
    return dilated(mask, reach)


def bridged(parts: Gray, drawn: Gray, reach: int) -> Gray:
    """Join parts on both sides of what is drawn, (h, w) uint8 each, 1 there.

    Args:
        parts: of a hand, say, that lies across it.
        drawn: what is drawn.
        reach: how far to go into it from either side.
    """
    if not drawn.any():
        return parts
    return parts | (as_gray(cv2.dilate(parts, square(2 * reach + 1))) & drawn)


def _touching(parts: Gray, anchor: Gray) -> Gray:
    """Keep the connected parts that touch the anchor."""
    if not anchor.any() or not parts.any():
        return np.zeros_like(parts)
    count, labels = cv2.connectedComponents(parts, connectivity=8, ltype=label_type(parts.shape))
    at = places_of(parts)
    label = labels.ravel()[at]
    keep = np.zeros(count, np.uint8)
    keep[label[dilated(anchor, 2).ravel()[at] > 0]] = 1
    touching = np.zeros_like(parts)
    touching.ravel()[at] = keep[label]
    return touching


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """By what pieces are told apart: (h, w) bool, the sheet, and what is drawn, (h, w) uint8."""

    sure: NDArray[np.bool_]
    edges: NDArray[np.bool_]
    sheet: Sheet
    bright: NDArray[np.bool_]
    drawn: Gray


def _sort(changed: Gray, marks: _Marks) -> tuple[Gray, Gray, Gray]:
    """Tell hands from changes of light and from what is drawn, piece by piece."""
    if not changed.any():
        return changed, changed, changed
    whole = as_gray(cv2.morphologyEx(changed, cv2.MORPH_CLOSE, square(3)))
    joined = bridged(whole, marks.drawn, _ACROSS)
    count, labels = cv2.connectedComponents(joined, connectivity=8, ltype=label_type(joined.shape))
    # Few cells are in pieces: only those are looked at.
    at = places_of(joined)
    label = labels.ravel()[at]

    def cells(mark: NDArray[np.generic]) -> NDArray[np.intp]:
        return np.bincount(label[mark.ravel()[at] != 0], minlength=count)

    def of_pieces(chosen: NDArray[np.generic]) -> Gray:
        found = np.zeros_like(joined)
        if chosen.any():
            found.ravel()[at] = chosen[label]
        return found

    area = cells(whole)
    strong = cells(marks.sure)
    sharp = (cells(marks.edges) > np.maximum(3.0, 0.6 * np.sqrt(area))) & (strong >= 6)
    bright = cells(marks.bright) > _BRIGHT_SHARE * area
    enters, at_edge = cells(marks.sheet.crossed) > 0, cells(marks.sheet.rim) > 0
    # A hand comes from outside; only a large one may seem to be cut off from its arm, and is then
    # brighter than paper, which nothing drawn is.
    hand = sharp & ((enters & (area >= _SMALLEST)) | (bright & (area >= _LONE)))
    smooth = ~sharp & (area >= _SMALLEST)
    loose = np.where(at_edge, 2, 1) * (~hand & ~bright & (strong > 0) & ~(enters & smooth))
    return of_pieces(hand), of_pieces(smooth), of_pieces(loose)
