"""What a visitor would have drawn, had they meant this picture: its main lines, nothing else.

The thesis (chapter 5) makes the encoder's training pairs so: pencil filter, line extraction,
simplification. How much is kept is drawn at random, because visitors differ in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.thin import thin
from models.sketches.perturb import Strokes
from models.sketches.trace import Mask, follow

_DODGE_BELOW, _SURFACE_BELOW = 205, 150
"""Grey levels: of a line over its local ground, and of a surface of hatching."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of a picture becomes strokes; lengths in pixels of a picture 128 wide.

    Args:
        blur_px: lines closer than this run together (hatching becomes one surface).
        fill_px: surfaces wider than this become their outline.
        min_length_px: shorter strokes are left out.
        tolerance_px: strokes are simplified to within this distance.
        silhouette: chance that only the outer contour of the drawing is kept.
    """

    blur_px: float = 1.0
    fill_px: int = 5
    min_length_px: int = 8
    tolerance_px: float = 0.7
    silhouette: float = 0.15


def random_detail(rng: np.random.Generator) -> Detail:
    """Draw how much of a picture is kept, from nearly all lines to the few that matter.

    The blur stays small: were two parallel lines to run together into one stroke, one stroke would
    be answered with two parallel lines.
    """
    return Detail(
        blur_px=float(rng.uniform(0.4, 1.2)),
        fill_px=int(rng.integers(3, 7)),
        min_length_px=int(rng.integers(5, 16)),
        tolerance_px=float(rng.uniform(0.4, 1.2)),
    )


def simplify(picture: Gray, detail: Detail, rng: np.random.Generator) -> Strokes:
    """Turn a picture into a few strokes.

    Args:
        picture: (R, R) uint8, 0 ink .. 255 paper.
        detail: how much is kept.
        rng: decides between contours and silhouette.

    Returns:
        Strokes of (n, 2) float32 in the unit square; empty only for an empty picture.
    """
    scale = picture.shape[0] / 128
    dark = pencil(picture, detail.blur_px * scale)
    if rng.uniform() < detail.silhouette:
        lines = outline(_silhouette(dark, round(9 * scale)))
    else:
        lines = centre_lines(dark, round(detail.fill_px * scale))
    strokes = follow(lines, max(2, round(detail.min_length_px * scale)))
    tolerance = detail.tolerance_px / 128
    return tuple(smooth(stroke, tolerance) for stroke in strokes)


def pencil(picture: Gray, blur_px: float) -> Mask:
    """Find lines against their surroundings, as a pencil filter does; hatching runs together.

    Args:
        picture: (R, R) uint8.
        blur_px: standard deviation within which lines merge, in pixels.

    Returns:
        (R, R) bool, True on lines and dark surfaces.
    """
    fine = cv2.GaussianBlur(picture, (0, 0), 0.6)
    ground = cv2.GaussianBlur(picture, (0, 0), 6 * blur_px)
    lines = cv2.divide(fine, ground, scale=255) < _DODGE_BELOW
    surfaces = cv2.GaussianBlur(picture, (0, 0), 1.5 * blur_px) < _SURFACE_BELOW
    return lines | surfaces


def centre_lines(dark: Mask, fill_px: int) -> Mask:
    """Thin lines to their centres and surfaces to their outlines.

    Args:
        dark: (R, R) bool.
        fill_px: what survives an opening of this size is a surface.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (fill_px, fill_px))
    surface = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, kernel).astype(bool)
    lines = (dark & ~surface) | outline(surface)
    return thin(lines.astype(np.uint8)).astype(bool)


def outline(surface: Mask) -> Mask:
    """Return the border pixels of surfaces (R, R) bool."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return surface & (cv2.erode(surface.astype(np.uint8), cross) == 0)


def _silhouette(dark: Mask, gap_px: int) -> Mask:
    """Fill everything that lines enclose once gaps are closed."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap_px, gap_px))
    closed = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(closed)
    cv2.drawContours(filled, contours, -1, 1, cv2.FILLED)
    return filled.astype(bool)


def smooth(stroke: Floats, tolerance: float) -> Floats:
    """Simplify a polyline, then round its corners once and resample it evenly."""
    thinned = cv2.approxPolyDP((stroke * 4096).astype(np.int32), tolerance * 4096, False)
    points = (thinned[:, 0] / 4096).astype(np.float32)
    if len(points) > 2:
        early = 0.75 * points[:-1] + 0.25 * points[1:]
        late = 0.25 * points[:-1] + 0.75 * points[1:]
        cut = np.stack([early, late], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], cut[1:-1], points[-1:]])
    return resample(points, 0.015)


def resample(stroke: Floats, step: float) -> Floats:
    """Return a polyline (n, 2) with points every `step` along its length, its ends included."""
    steps = np.sqrt((np.diff(stroke, axis=0) ** 2).sum(axis=1))
    along = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(2, 1 + int(np.ceil(along[-1] / step)))
    at = np.linspace(0, along[-1], count)
    return np.stack([np.interp(at, along, stroke[:, axis]) for axis in (0, 1)], axis=1).astype(
        np.float32
    )
