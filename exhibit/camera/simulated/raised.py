"""Paper that has left the glass: where a camera below sees it, how blurred and how bright.

A corner curls up on a circle from a fold line across the sheet's diagonal; a whole sheet rises
level. What is higher is farther from the camera, and seen nearer to the middle of its view.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.camera.simulated.conditions import Polarity
from exhibit.camera.simulated.view import Matrix, project
from exhibit.camera.simulated.visit import SHEET_MM, Floats64
from exhibit.contract.values import Floats

CURL_MM = 80.0
"""Radius of the circle a corner curls up on."""
_EYE_MM = 420.0
_STEEPEST = 1.45
_OFF_THE_GLASS_MM = 1.0
_ROUNDS = 16
_COARSE = 4
_BLUR_PX_PER_MM = 0.11
_BLURS_PX = (1.6, 4.5)
_FADES_MM: dict[Polarity, float] = {"bright": 80.0, "dark": 15.0}
_GAINS: dict[Polarity, float] = {"bright": -0.75, "dark": 0.22}
"""Lit from below, paper that is farther from the light is darker; lit from above, brighter."""

CORNERS_MM = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1.0]]) * np.array(SHEET_MM) / 2


@dataclass(frozen=True, slots=True)
class Rise:
    """How far a sheet has left the glass now: `amount_mm` as in the track of a `Lift`."""

    corner: int | None
    amount_mm: float


def seen_at(points: Floats64, rise: Rise, sheet_to_table: Matrix) -> tuple[Floats64, Floats64]:
    """Return where points of the sheet are seen on the table, and how high they are.

    Args:
        points: (n, 2) sheet millimetres.
        rise: what has left the glass.
        sheet_to_table: (3, 3).

    Returns:
        (n, 2) table millimetres and (n,) height in millimetres.
    """
    moved, height = points, np.full(len(points), rise.amount_mm)
    if rise.corner is not None:
        outwards, beyond = _beyond_fold(points, rise.corner, rise.amount_mm)
        turn = np.minimum(beyond / CURL_MM, _STEEPEST)
        height = CURL_MM * (1 - np.cos(turn))
        moved = points - np.outer(beyond - CURL_MM * np.sin(turn), outwards)
    nearer = _EYE_MM / (_EYE_MM + height)
    return project(sheet_to_table, moved) * nearer[:, None], height


def _beyond_fold(points: Floats64, corner: int, reach_mm: float) -> tuple[Floats64, Floats64]:
    """Return the unit vector to a corner, and how far (n,) points lie beyond the fold line."""
    outwards = CORNERS_MM[corner] / np.hypot(*CORNERS_MM[corner])
    fold = float(np.hypot(*CORNERS_MM[corner])) - reach_mm
    return outwards, np.maximum(points @ outwards - fold, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class RaisedView:
    """How the camera sees a raised sheet.

    Args:
        points: (H, W, 2) float32 sheet millimetres seen by each pixel.
        height: (H, W) float32 millimetres above the glass.
        off: (H, W) bool, pixels of the frame whose paper has left the glass.
    """

    points: Floats
    height: Floats
    off: NDArray[np.bool_]


def look_at(
    rise: Rise, sheet_to_table: Matrix, to_camera: Matrix, size_px: tuple[int, int]
) -> RaisedView:
    """Find what each pixel of the frame sees, by walking back from where points are seen."""
    width, height = size_px
    x, y = np.meshgrid(np.arange(0, width + _COARSE, _COARSE), np.arange(0, height + 1, _COARSE))
    pixels = np.column_stack([x.ravel(), y.ravel()]).astype(np.float64)
    to_sheet = np.linalg.inv(sheet_to_table)
    flat = project(to_sheet @ np.linalg.inv(to_camera), pixels)
    points = flat.copy()
    for _ in range(_ROUNDS):
        seen, above = seen_at(points, rise, sheet_to_table)
        points -= project(to_sheet, seen) - flat
    off = seen_at(flat, rise, sheet_to_table)[1] > _OFF_THE_GLASS_MM
    off &= (np.abs(flat) <= np.array(SHEET_MM) / 2).all(axis=1)
    coarse = np.column_stack([points, above, off]).reshape(*x.shape, 4).astype(np.float32)
    grid = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(_COARSE)
    fine = cv2.remap(coarse, grid[1], grid[0], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    found = np.asarray(fine, np.float32)
    return RaisedView(found[..., :2], found[..., 2], found[..., 3] > 0.5)


def lit(height: Floats, polarity: Polarity) -> Floats:
    """Return by what factor (H, W) height changes the paper's brightness."""
    share = 1 - np.exp(-height / _FADES_MM[polarity])
    return np.asarray(1 + _GAINS[polarity] * share, np.float32)


def defocus(sharp: Floats, blurred: Floats, height: Floats, detail_px: float) -> Floats:
    """Blur by height.

    Args:
        sharp: (H, W) float32 before the lens.
        blurred: (H, W) float32 as the lens draws what lies on the glass.
        height: (H, W) float32 millimetres.
        detail_px: pixels of this frame to one of 640 by 480.
    """
    result, done_px = blurred, 0.0
    wanted_px = height * np.float32(_BLUR_PX_PER_MM)
    for blur_px in _BLURS_PX:
        softer = cv2.GaussianBlur(sharp, (0, 0), blur_px * detail_px)
        share = np.clip((wanted_px - done_px) / (blur_px - done_px), 0, 1)
        result = result + share * (softer - result)
        done_px = blur_px
    return np.asarray(result, np.float32)
