"""What visitors draw of a thing: its closed outline first, then the lines that say what it is.

The thesis (chapter 5) makes the encoder's training pairs from simplified drawings. Simplified line
by line, a pen drawing leaves broken dashes; people close and link what they see.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from models.sketches.perturb import Strokes, length_of
from models.sketches.simplify import Detail, centre_lines, pencil, random_detail, simplify
from models.sketches.simplify import smooth as smooth_stroke
from models.sketches.trace import Mask, follow

_GAPS_AT_128 = (5, 9, 14)
"""Gaps in an outline that are closed; a wider one only where much more is enclosed by it."""
_MUCH_MORE = 1.4
_SPECK = 0.004


@dataclass(frozen=True, slots=True, eq=False)
class VisitorLines:
    """Lines that a visitor might draw of one picture.

    Args:
        outline: closed contours of its bodies, smoothed.
        inside: lines inside, the longest first: features, limbs, patterns, and small round things.
        detailed: nearly all lines, as `models.sketches.simplify` finds them.
    """

    outline: Strokes
    inside: Strokes
    detailed: Strokes


def visitor_lines(picture: Gray, rng: np.random.Generator) -> VisitorLines:
    """Find them.

    Args:
        picture: (R, R) uint8, 0 ink .. 255 paper.
        rng: of the amount of detail.

    Returns:
        The lines; all three are empty only for an empty picture.
    """
    scale = picture.shape[0] / 128
    dark = pencil(picture, 0.8 * scale)
    body = _body(dark, scale)
    detail = random_detail(rng)
    return VisitorLines(
        _contours(body),
        _inside(dark, body, scale),
        simplify(picture, Detail(detail.blur_px, detail.fill_px, 5, detail.tolerance_px, 0.0), rng),
    )


def black_surfaces(picture: Gray, widest_line_px: float) -> Gray:
    """What of a picture is black, not line: the ink's second plane.

    Args:
        picture: (R, R) uint8.
        widest_line_px: what an opening of this size leaves is a surface.

    Returns:
        (R, R) uint8, 0 where it is black, 255 elsewhere.
    """
    dark = (picture < 100).astype(np.uint8)
    side = max(3, round(widest_line_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    surface = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel)
    return np.where(surface > 0, 0, 255).astype(np.uint8)


def _body(dark: Mask, scale: float) -> Mask:
    """Everything that closed lines enclose."""
    body = _enclosed(dark, round(_GAPS_AT_128[0] * scale))
    for gap in _GAPS_AT_128[1:]:
        wider = _enclosed(dark, round(gap * scale))
        if wider.sum() > _MUCH_MORE * body.sum():
            body = wider
    return body


def _enclosed(dark: Mask, gap_px: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap_px, gap_px))
    around = np.pad(dark.astype(np.uint8), gap_px)
    closed = cv2.morphologyEx(around, cv2.MORPH_CLOSE, kernel)[gap_px:-gap_px, gap_px:-gap_px]
    contours, _ = cv2.findContours(
        np.ascontiguousarray(closed), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    filled = np.zeros(dark.shape, np.uint8)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    # Shadows on the ground and loose hatching are no body: a pen cannot go round them.
    return cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(bool)


def _contours(body: Mask) -> Strokes:
    contours, _ = cv2.findContours(body.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    side = body.shape[0]
    kept = [c[:, 0] for c in contours if cv2.contourArea(c) >= _SPECK * side * side]
    kept.sort(key=len, reverse=True)
    return tuple(_closed((contour.astype(np.float32) + 0.5) / side) for contour in kept)


def _closed(contour: Floats) -> Floats:
    """Smooth a loop in two halves: simplified as one line, it would lose its end."""
    half = len(contour) // 2
    there = smooth_stroke(contour[: half + 1], 1.0 / 128)
    back = smooth_stroke(np.concatenate([contour[half:], contour[:1]]), 1.0 / 128)
    return np.concatenate([there, back[1:]])


def _inside(dark: Mask, body: Mask, scale: float) -> Strokes:
    """Lines well inside the outline, hatching left out, the longest first."""
    margin = 2 * round(3 * scale) + 1
    inner = cv2.erode(body.astype(np.uint8), np.ones((margin, margin), np.uint8)).astype(bool)
    closed = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    lines = centre_lines(closed.astype(bool), round(4 * scale)) & inner
    found = follow(lines, max(3, round(5 * scale)))
    smooth = [smooth_stroke(stroke, 0.8 / 128) for stroke in found]
    return tuple(sorted(smooth, key=length_of, reverse=True))
