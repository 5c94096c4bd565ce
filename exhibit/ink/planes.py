"""Binary ink to what the network gets: lines of one width, and the mass of what is filled.

This is the one way from ink to a network. The table, `exhibit draw` and `exhibit ink` all go it,
and so does what the networks are trained on: whatever pen a visitor takes, ink looks alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, label_type, places_of, square
from exhibit.ink.strokes import OVERSAMPLING, box_around, cleaned, fit, redraw
from exhibit.ink.thin import thin

WIDEST_LINE = 2.5
"""In stroke widths: what a disc of this size fits into is filled, and no line."""
_LEAST_DOT, _ROUND = 1.2, 2.2
"""A piece wider than this many stroke widths, whose area is at most this many times that of the
disc in it, is a dot: it keeps its size."""
_CLEARLY, _LONG, _BROADEST_LINE = 0.7, 5.0, 6.0
"""What a disc of this share of that size fits into, whose area is at least this many squares of its
width, is a line drawn with a broad pen; unless it is wider than this many stroke widths."""
_REACHES_ON = 1.25
"""In stroke widths: ink that reaches this far beyond what is filled is a line that goes on."""
_CROSSING = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """What the network gets of a drawing, (S, S) uint8 each, 0 ink .. 255 paper.

    Args:
        lines: lines of one width; what is filled is there as its outline.
        mass: what is filled.
    """

    lines: Gray
    mass: Gray


def blank_planes(size: int) -> Planes:
    """Return the planes of a blank sheet."""
    paper = np.full((size, size), 255, np.uint8)
    paper.setflags(write=False)
    return Planes(paper, paper)


def planes_of(mask: Gray, size: int, stroke_width_px: float, despeckle: float = 0.5) -> Planes:
    """Tell lines from what is filled, and draw both at the network's size.

    Mass is what an opening with a disc of 2.5 stroke widths leaves of the ink, and dots; a line of
    a broad pen is none. A mask that is not square is centred in a square of paper.

    Args:
        mask: (H, W) uint8, 0 ink .. 255 paper; below 128 is ink.
        size: side of the planes in pixels.
        stroke_width_px: line width in pixels of the result.
        despeckle: specks shorter than this many stroke widths are dropped.
    """
    side = size * OVERSAMPLING
    ink = fit(np.less(mask, 128).astype(np.uint8), side)
    blank = np.full((size, size), 255, np.uint8)
    if cv2.countNonZero(ink) == 0:
        return Planes(blank, blank)
    width_px = stroke_width_px * OVERSAMPLING
    box = box_around(ink, margin_px=2 + round(2 * width_px))
    ink[box] = cleaned(ink[box], despeckle * width_px)
    filled = filled_parts(ink[box], width_px)
    ink[box] = thin(ink[box])
    if not filled.any():
        return Planes(redraw(ink, size, stroke_width_px), blank)
    ink[box] &= 1 - filled
    ink[box] |= _outline_of(filled, width_px)
    paper = np.full((side, side), 255, np.uint8)
    paper[box] -= filled * np.uint8(255)
    mass = as_gray(cv2.resize(paper, (size, size), interpolation=cv2.INTER_AREA))
    return Planes(redraw(ink, size, stroke_width_px), mass)


def filled_parts(ink: Gray, width_px: float) -> Gray:
    """Return what of ink (H, W) uint8, 1 ink, is filled: 1 there.

    Args:
        ink: 1 ink, 0 paper, no ink on the border.
        width_px: the width that lines will be drawn with.
    """
    inner = _away(ink)
    least_dot, radius = 0.5 * _LEAST_DOT * width_px, 0.5 * WIDEST_LINE * width_px
    if inner.max() <= least_dot:
        return np.zeros_like(ink)
    opened = _near(as_gray(inner > radius), radius) & ink
    if opened.any():
        least = _CLEARLY * radius
        thick = _near(as_gray(inner > least), least) & ink
        opened &= 1 - _broad_lines(thick, inner, 0.5 * _BROADEST_LINE * width_px)
    if opened.any():
        opened = _with_corners(opened, ink, _REACHES_ON * width_px)
        opened = _without_crossings(opened, ink)
    return opened | _dots(ink, inner, (least_dot, radius))


def _broad_lines(thick: Gray, inner: Floats, radius_px: float) -> Gray:
    """Return the pieces of thick ink (H, W) uint8 that are lines: long and not too wide."""
    pieces = _Pieces(thick, inner)
    long = pieces.area >= _LONG * (2.0 * pieces.radius) ** 2
    return pieces.chosen(long & (pieces.radius <= radius_px))


class _Pieces:
    """Connected pieces of ink (H, W) uint8, and area and inscribed radius of each, in pixels."""

    def __init__(self, ink: Gray, inner: Floats) -> None:
        count, labels = cv2.connectedComponents(ink, connectivity=8, ltype=label_type(ink.shape))
        self._shape = ink.shape
        # Most is paper: only ink is counted.
        self._at = places_of(ink)
        self._label = labels.ravel()[self._at].astype(np.intp)
        self.area = np.bincount(self._label, minlength=count).astype(np.float64)
        self.radius: NDArray[np.float64] = np.zeros(count, np.float64)
        np.maximum.at(self.radius, self._label, inner.ravel()[self._at].astype(np.float64))

    def chosen(self, which: NDArray[np.bool_]) -> Gray:
        """Return, 1 there, the pieces that are chosen."""
        found = np.zeros(self._shape, np.uint8)
        found.ravel()[self._at] = which[self._label]
        return found


def _away(marks: Gray) -> Floats:
    """Return how far each marked pixel is from the marks' border, in pixels, (H, W) float32."""
    away = cv2.distanceTransform(marks, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(np.maximum(away - np.float32(0.5), 0), np.float32)


def _near(marks: Gray, reach_px: float) -> Gray:
    """Return what lies within a distance of marks (H, W) uint8, 1 there."""
    if not marks.any():
        return marks
    return as_gray(cv2.distanceTransform(1 - marks, cv2.DIST_L2, cv2.DIST_MASK_5) <= reach_px)


def _with_corners(opened: Gray, ink: Gray, reach_px: float) -> Gray:
    """Add the ink beside filled parts that does not lead away from them: their corners."""
    rest = ink & ~opened
    count, labels = cv2.connectedComponents(rest, connectivity=8, ltype=label_type(rest.shape))
    leads_on = np.ones(count, bool)
    leads_on[labels[_near(opened, 1.5) > 0]] = False
    leads_on[labels[(_near(opened, reach_px) == 0) & (rest > 0)]] = True
    leads_on[0] = True
    return opened | as_gray(~leads_on[labels])


def _without_crossings(opened: Gray, ink: Gray) -> Gray:
    """Drop parts around which most of the border is ink that leads on: where lines meet."""
    count, labels = cv2.connectedComponents(opened, connectivity=8, ltype=label_type(ink.shape))
    around = cv2.dilate(labels.astype(np.uint16), square(3))
    around[opened > 0] = 0
    at = np.flatnonzero(around > 0)
    label = around.ravel()[at].astype(np.intp)
    border = np.bincount(label, minlength=count)
    joined = np.bincount(label[ink.ravel()[at] > 0], minlength=count)
    kept = joined <= _CROSSING * border
    kept[0] = False
    return as_gray(kept[labels])


def _dots(ink: Gray, inner: Floats, radius_px: tuple[float, float]) -> Gray:
    """Return the pieces that are as long as they are wide and between two radii in size."""
    pieces = _Pieces(ink, inner)
    radius = pieces.radius
    sized = (radius > radius_px[0]) & (radius <= radius_px[1])
    return pieces.chosen(sized & (pieces.area < _ROUND * np.pi * radius**2))


def _outline_of(filled: Gray, width_px: float) -> Gray:
    """Return pixels that, drawn with the line's width, give the outline just inside the filled.

    What would leave a hole narrower than a line is drawn whole.
    """
    away, half = _away(filled), 0.5 * width_px
    # Drawn again, a hole narrower than a line would be a grey spot.
    hole = _near(as_gray(away > width_px + half), half)
    return as_gray(_away(filled & ~hole) > half - 0.5) if hole.any() else as_gray(away > half - 0.5)
