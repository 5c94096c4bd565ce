"""The carbon disc that a person centres on projected crosses: what it looks like, and its middle.

A ring with a hole: the person sees the projected cross through it, the camera sees the ring. The
ring is made of carbon on thin white card, so that it is seen on any paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.geometry import Points
from exhibit.contract.printed import Page, Rectangle, Text
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

Contour = NDArray[Any]
OUTER_MM, INNER_MM = 20.0, 10.0
"""Radii of the ring."""
CARD_MM = 30.0
"""Radius of the white card around it: nothing dark may lie nearer."""
_PX_PER_MM = 4
_SIZE_TOLERANCE, _HOLE_TOLERANCE = 0.15, 0.25
_ROUND = 0.85
_PAPER_WITHIN_MM = 28.0
_LEAST_CONTRAST = 0.12
"""Of the paper's brightness."""
_TURNS = 3
_STRIP_MM, _TICK_MM, _GAP_MM, _DOTS = 0.1, (4.0, 0.4), 4.0, 60


@dataclass(frozen=True, slots=True, eq=False)
class Disc:
    """A disc on the table: `middle` (2,) mm, and how dark its ring is in shares of the paper."""

    middle: Points
    contrast: float


def find_discs(turned: Gray, view: CameraView) -> list[Disc]:
    """Return the discs in a frame.

    Args:
        turned: (H, W) uint8, a frame turned to the visitor's side.
        view: how the camera sees the table.
    """
    dark = _dark(turned, view)
    contours, family = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if family is None:
        return []
    found = []
    for outline, (_, _, child, parent) in zip(contours, family[0], strict=True):
        if parent >= 0 or child < 0:
            continue
        middle = _ring_middle(outline, contours[child], view)
        if middle is not None:
            disc = _refined(turned, view, middle)
            if disc is not None:
                found.append(disc)
    return found


def _dark(turned: Gray, view: CameraView) -> NDArray[np.uint8]:
    """Return (H, W) uint8, 255 where it is darker than halfway from the paper around to carbon.

    Paper is looked for no farther than the ring is thick: beside an LED that is out it is darker
    than carbon elsewhere.
    """
    middle = view.to_table(np.divide([view.size_px], 2.0))
    beside = view.to_frame(np.concatenate([middle, middle + np.array([[_PAPER_WITHIN_MM, 0.0]])]))
    wide = round(float(np.linalg.norm(beside[1] - beside[0]))) | 1
    # The brightest around is paper, smoothed as light is.
    paper = cv2.blur(cv2.dilate(cv2.blur(turned, (3, 3)), np.ones((wide, wide), np.uint8)),
                     (wide, wide))  # fmt: skip
    smooth = cv2.GaussianBlur(turned, (0, 0), 1.0)
    share = cv2.divide(smooth, cv2.max(paper, np.full_like(paper, 1)), scale=255)
    return np.asarray(cv2.threshold(share, 0.6 * 255, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)


def _ring_middle(outline: Contour, hole: Contour, view: CameraView) -> Points | None:
    """Return the middle (2,) mm of a ring of the right size; None for anything else."""
    outer, inner = (_circle_mm(contour, view) for contour in (outline, hole))
    if outer is None or inner is None:
        return None
    fits = (
        abs(outer[1] - OUTER_MM) < _SIZE_TOLERANCE * OUTER_MM
        and abs(inner[1] - INNER_MM) < _HOLE_TOLERANCE * INNER_MM
        and float(np.linalg.norm(outer[0] - inner[0])) < 0.1 * OUTER_MM
    )
    return (outer[0] + inner[0]) / 2 if fits else None


def _circle_mm(contour: Contour, view: CameraView) -> tuple[Points, float] | None:
    if len(contour) < 12:
        return None
    table = view.to_table(contour.reshape(-1, 2).astype(np.float64) + 0.5)
    middle = (table.min(axis=0) + table.max(axis=0)) / 2
    radii = np.linalg.norm(table - middle, axis=1)
    if radii.min() < _ROUND * radii.max() - 1.0:
        return None
    return middle, float(radii.mean())


def _refined(turned: Gray, view: CameraView, middle: Points) -> Disc | None:
    """Return the disc whose ring's weight of darkness lies in its middle, in millimetres.

    On the table a ring is round whatever lens and pose make of it in the frame.
    """
    reach = round(1.6 * OUTER_MM * _PX_PER_MM)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / _PX_PER_MM
    radius = np.hypot(x, y)
    around = (radius > 1.15 * OUTER_MM) & (radius < 1.45 * OUTER_MM)
    contrast = 0.0
    for _ in range(_TURNS):
        at = view.to_frame(np.column_stack([x.ravel(), y.ravel()]) + middle) - 0.5
        columns, rows = (at[:, axis].astype(np.float32).reshape(x.shape) for axis in (0, 1))
        seen = np.asarray(cv2.remap(turned, columns, rows, cv2.INTER_LINEAR), np.uint8)
        darkness = 1 - seen / _plane(seen, x, y, around)
        if float(np.percentile(np.abs(darkness[around]), 90)) > 0.5:
            return None
        weight = np.clip(darkness, 0, None) * (radius < 1.12 * OUTER_MM)
        contrast = float(np.median(darkness[(radius > 12) & (radius < 18)]))
        if contrast < _LEAST_CONTRAST:
            return None
        # Grain of the paper inside the hole must not pull.
        weight[weight < 0.3 * contrast] = 0
        middle = middle + np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()
    return Disc(middle, contrast)


def _plane(
    seen: Gray, x: NDArray[np.float64], y: NDArray[np.float64], around: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how bright the paper is under the disc, from around it: it slants with the light."""
    terms = np.column_stack([np.ones(int(around.sum())), x[around], y[around]])
    (level, right, down), *_ = np.linalg.lstsq(terms, seen[around].astype(np.float64), rcond=None)
    return np.asarray(np.maximum(level + right * x + down * y, 1.0), np.float64)


def ring_rectangles(x_mm: float, y_mm: float) -> list[Rectangle]:
    """Return the ring around a point as rectangles to print, with ticks towards its middle.

    The projected cross is lined up with the ticks; four of them leave the weight in the middle.
    """
    rows = np.arange(-OUTER_MM, OUTER_MM, _STRIP_MM)
    found: list[Rectangle] = []
    for row in rows:
        at = abs(row + _STRIP_MM / 2)
        outer = float(np.sqrt(OUTER_MM**2 - at**2))
        inner = float(np.sqrt(INNER_MM**2 - at**2)) if at < INNER_MM else 0.0
        for left, right in ((-outer, -inner), (inner, outer)) if inner else ((-outer, outer),):
            found.append((x_mm + left, y_mm + row, right - left, _STRIP_MM))
    long, thin = _TICK_MM
    for sign in (-1, 1):
        start = sign * INNER_MM - (long if sign > 0 else 0)
        found.append((x_mm + start, y_mm - thin / 2, long, thin))
        found.append((x_mm - thin / 2, y_mm + start, thin, long))
    return found


def disc_page(paper_mm: tuple[float, float]) -> Page:
    """Return a page with as many discs to cut out as fit, each with its card's outline dotted."""
    width, height = paper_mm
    step = 2 * CARD_MM + _GAP_MM
    columns, rows = int(width // step), int(height // step)
    black: list[Rectangle] = []
    for row in range(rows):
        for column in range(columns):
            x = width / 2 + (column - (columns - 1) / 2) * step
            y = height / 2 + (row - (rows - 1) / 2) * step
            black += ring_rectangles(x, y)
            angles = np.linspace(0, 2 * np.pi, _DOTS, endpoint=False)
            black += [
                (x + CARD_MM * np.cos(a) - 0.15, y + CARD_MM * np.sin(a) - 0.15, 0.3, 0.3)
                for a in angles
            ]
    line = "Print at 100 % with carbon toner on thin white card; cut out one disc on its dots."
    return Page(width, height, black, [Text(10, height - 8, 9, line)])
