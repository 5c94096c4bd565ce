"""The sheet in one frame: where its outline is, found anew or followed from frame to frame.

Corners run clockwise in the frame: top left, top right, bottom right, bottom left; sides likewise
from the top one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray
from exhibit.ink.sides import Sides, fit_sides, geometry, look_along

_LEAST_AREA = 0.08
_SUPPORTED = 0.35
_ABOVE_TABLE = 1.18
_OTSU_SHARES = (1.0, 0.8, 0.6, 1.2)

Lines = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Corners (4, 2) float32 in frame pixels, and how much of each side (4,) was seen, 0..1."""

    corners: Floats
    support: NDArray[np.float64]

    @property
    def certain(self) -> bool:
        """Whether all four sides were seen well."""
        return bool((self.support >= _SUPPORTED).all())


def find_outline(pixels: Gray, level: Gray, bare: Floats | None) -> Outline | None:
    """Look for a sheet anywhere in the frame.

    Args:
        pixels: (H, W) uint8.
        level: (h, w) uint8, the frame's smooth brightness at a smaller size.
        bare: (h, w) float32, brightness of the table without a sheet, or None when not known.

    Returns:
        The outline, or None where nothing has four straight sides brighter inside than outside.
    """
    found = [outline for bright in _guesses(level, bare) for outline in outlines(pixels, bright)]
    return max(found, key=lambda outline: float(outline.support.sum()), default=None)


def outlines(pixels: Gray, bright: Gray) -> Iterator[Outline]:
    """Yield the certain outlines of the largest piece of a mask.

    Args:
        pixels: (H, W) uint8.
        bright: (h, w) uint8, 1 where the sheet may be, the frame at a smaller size.
    """
    scale = np.array([pixels.shape[1] / bright.shape[1], pixels.shape[0] / bright.shape[0]])
    for corners in _corner_guesses(bright):
        rough = follow_outline(pixels, _ordered((corners + 0.5) * scale - 0.5))
        found = None if rough is None else follow_outline(pixels, rough.corners)
        if found is not None and found.certain:
            yield found


def _guesses(level: Gray, bare: Floats | None) -> Iterator[Gray]:
    """Yield masks (h, w) uint8, 1 where the sheet may be."""
    if bare is not None:
        yield as_gray(level > _ABOVE_TABLE * bare + 3)
        return
    otsu, _ = cv2.threshold(level, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    for share in _OTSU_SHARES:
        yield as_gray(level > share * otsu)
    # In uneven light only the sheet's border stands out from what is around it.
    around = cv2.blur(level, (max(1, level.shape[1] // 4), max(1, level.shape[0] // 4)))
    yield as_gray(level > around)


def _corner_guesses(bright: Gray) -> Iterator[NDArray[np.float64]]:
    """Yield corners (4, 2) of the largest piece of a mask."""
    opened = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return
    largest = np.asarray(max(contours, key=cv2.contourArea), np.int32)
    if cv2.contourArea(largest) < _LEAST_AREA * bright.size:
        return
    yield _four_corners(largest)
    yield np.asarray(cv2.boxPoints(cv2.minAreaRect(largest)), np.float64)


def follow_outline(pixels: Gray, corners: Floats) -> Outline | None:
    """Find the sides again near where they were.

    Args:
        pixels: (H, W) uint8.
        corners: (4, 2) of the frame before.

    Returns:
        The outline; a side that is hidden goes along with the others. None when fewer than two
        sides are seen or the four make no sensible sheet.
    """
    return outline_from(corners, look_along(pixels, corners), pixels.shape)


def outline_from(corners: Floats, sides: Sides, shape: tuple[int, ...]) -> Outline | None:
    """Fit the outline to what was seen along the sides of where it was; see `follow_outline`."""
    start, end, inward, length = geometry(corners)
    offsets, slopes, support = fit_sides(sides)
    seen = support >= _SUPPORTED
    if np.count_nonzero(seen) < 2:
        return None
    _carry_hidden(offsets, slopes, seen, length[:, 0])
    first = start + offsets[:, None] * inward
    last = end + (offsets + slopes)[:, None] * inward
    moved = _corners_of(first, last)
    if moved is None or not _sensible(moved, shape):
        return None
    return Outline(moved.astype(np.float32), support)


def inside(corners: Floats, shape: tuple[int, int], margin_px: float) -> Gray:
    """Return (H, W) uint8, 255 inside the outline and at least a margin away from its sides."""
    middle = corners.mean(axis=0)
    half = np.maximum(np.abs(corners - middle), 1.0)
    shrunk = middle + (corners - middle) * np.maximum(0.0, 1.0 - margin_px / half)
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(shrunk * 16).astype(np.int32), (255.0,), cv2.LINE_8, 4)
    return mask


def _carry_hidden(
    offsets: NDArray[np.float64],
    slopes: NDArray[np.float64],
    seen: NDArray[np.bool_],
    length: NDArray[np.float64],
) -> None:
    """Move hidden sides as a rigid sheet would, from what the seen ones did (in place)."""
    turn = float(np.median(slopes[seen] / length[seen]))
    for side in np.flatnonzero(~seen):
        slopes[side] = turn * length[side]
        opposite = (side + 2) % 4
        middle = offsets[opposite] + 0.5 * slopes[opposite] if seen[opposite] else 0.0
        offsets[side] = -middle - 0.5 * slopes[side]


def _corners_of(
    first: NDArray[np.float64], last: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Return the corners (4, 2) where each side meets the one before it."""
    here = last - first
    before = here[[3, 0, 1, 2]]
    begins = first[[3, 0, 1, 2]]
    gap = first - begins
    # Cramer's rule for begins + t·before = first + s·here.
    divisor = before[:, 1] * here[:, 0] - before[:, 0] * here[:, 1]
    if (np.abs(divisor) < 1e-6).any():
        return None
    t = (gap[:, 1] * here[:, 0] - gap[:, 0] * here[:, 1]) / divisor
    return np.asarray(begins + t[:, None] * before, np.float64)


def _sensible(corners: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    """Whether four corners make a convex sheet that is not tiny and mostly in the frame."""
    height, width = shape[:2]
    sides = np.roll(corners, -1, axis=0) - corners
    following = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    length = np.linalg.norm(sides, axis=1)
    sines = turns / np.maximum(length * np.roll(length, -1), 1e-9)
    diagonals = corners[2:] - corners[:2]
    area = 0.5 * abs(float(np.linalg.det(diagonals)))
    near = (corners > -0.1 * width).all() and (
        corners < np.array([1.1 * width, 1.1 * height])
    ).all()
    return bool((sines > 0.7).all() and area > _LEAST_AREA * width * height and near)


def _four_corners(contour: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the four corners (4, 2) that describe a contour best."""
    hull = cv2.convexHull(contour)
    perimeter = cv2.arcLength(hull, True)
    for tolerance in (0.02, 0.03, 0.045, 0.07):
        corners = cv2.approxPolyDP(hull, tolerance * perimeter, True)
        if len(corners) == 4:
            return np.asarray(corners.reshape(4, 2), np.float64)
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(hull)), np.float64)


def _ordered(corners: NDArray[np.float64]) -> Floats:
    """Sort corners clockwise from the top left one."""
    middle = corners.mean(axis=0)
    angles = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    clockwise = corners[np.argsort(angles)]
    first = int(np.argmin(clockwise.sum(axis=1)))
    return np.roll(clockwise, -first, axis=0).astype(np.float32)
