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

_SAMPLES = 24
_REACH_PX = 18
_SPAN = 3
LEAST_STEP = 0.08
"""A side is seen where it is this much brighter inside than outside, as a share of both."""
_LEAST_AREA = 0.08
_SUPPORTED = 0.35
_INLIER_PX = 1.6
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


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """What is seen across the four sides at places along them.

    Args:
        places: (n,) from 0 to 1 along a side.
        shift: (4, n) how many pixels inwards the strongest step up lies.
        strength: (4, n) of that step.
    """

    places: NDArray[np.float64]
    shift: NDArray[np.float64]
    strength: NDArray[np.float64]

    def reach(self, count: int) -> float:
        """Return the share of a side that its first `count` places take up."""
        return float(self.places[min(count, len(self.places)) - 1])


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


def look_along(pixels: Gray, corners: Floats) -> Sides:
    """Look for the sides of a sheet near the lines between four corners (4, 2)."""
    start, end, inward, _ = _geometry(corners)
    places = np.linspace(0.06, 0.94, _SAMPLES)
    base = start[:, None] + places[None, :, None] * (end - start)[:, None]
    shift, strength = _best_steps(pixels, base, inward)
    return Sides(places, shift, strength)


def _geometry(corners: Floats) -> tuple[NDArray[np.float64], ...]:
    """Return start, end and inward unit vector (4, 2) of each side, and its length (4, 1)."""
    start, end = corners.astype(np.float64), np.roll(corners, -1, axis=0).astype(np.float64)
    along = end - start
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1.0)
    along = along / length
    return start, end, np.stack([-along[:, 1], along[:, 0]], axis=1), length


def outline_from(corners: Floats, sides: Sides, shape: tuple[int, ...]) -> Outline | None:
    """Fit the outline to what was seen along the sides of where it was; see `follow_outline`."""
    start, end, inward, length = _geometry(corners)
    offsets, slopes, support = _fit_sides(sides.places, sides.shift, sides.strength)
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


def _best_steps(
    pixels: Gray, base: NDArray[np.float64], inward: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each sample of each side, how far inwards its strongest step up lies, and it."""
    reach = np.arange(-_REACH_PX - _SPAN, _REACH_PX + _SPAN + 1)
    at = base[:, :, None] + reach[None, None, :, None] * inward[:, None, None]
    flat = at.reshape(4 * _SAMPLES, len(reach), 2).astype(np.float32)
    height, width = pixels.shape
    x, y = np.ascontiguousarray(flat[..., 0]), np.ascontiguousarray(flat[..., 1])
    seen = cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    outside_frame = (x < 0) | (y < 0) | (x > width - 1) | (y > height - 1)
    sums = np.cumsum(seen.astype(np.float64), axis=1)
    sums = np.concatenate([np.zeros((len(sums), 1)), sums], axis=1)
    middle = np.arange(_SPAN, len(reach) - _SPAN)
    inner = sums[:, middle + _SPAN + 1] - sums[:, middle + 1]
    outer = sums[:, middle] - sums[:, middle - _SPAN]
    step = (inner - outer) / np.maximum(inner + outer, 1.0)
    step[outside_frame[:, _SPAN:-_SPAN]] = 0.0
    best = step.argmax(axis=1)
    rows = np.arange(len(best))
    peak = step[rows, best]
    left = step[rows, np.maximum(best - 1, 0)]
    right = step[rows, np.minimum(best + 1, step.shape[1] - 1)]
    bend = np.minimum(left - 2 * peak + right, -1e-6)
    fine = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    shift = reach[middle][best] + fine
    return shift.reshape(4, _SAMPLES), peak.reshape(4, _SAMPLES)


def _fit_sides(
    places: NDArray[np.float64], shift: NDArray[np.float64], strength: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Fit shift = offset + slope·place to each side, most samples in favour, outliers ignored."""
    offsets, slopes, support = np.zeros(4), np.zeros(4), np.zeros(4)
    pairs = [(i, j) for i in range(0, _SAMPLES, 3) for j in range(i + 6, _SAMPLES, 3)]
    a, b = np.array(pairs).T
    for side in range(4):
        good = strength[side] > LEAST_STEP
        if np.count_nonzero(good) < 5:
            continue
        y, use = shift[side], good[a] & good[b]
        if not use.any():
            continue
        first, second = a[use], b[use]
        slope = (y[second] - y[first]) / (places[second] - places[first])
        offset = y[first] - slope * places[first]
        distance = np.abs(offset[:, None] + slope[:, None] * places[None] - y[None])
        votes = ((distance < _INLIER_PX) & good[None]).sum(axis=1)
        best = int(votes.argmax())
        chosen = (distance[best] < _INLIER_PX) & good
        offsets[side], slopes[side] = _line_through(places[chosen], y[chosen])
        support[side] = np.count_nonzero(chosen) / _SAMPLES
    return offsets, slopes, support


def _line_through(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Return offset and slope of the line of least squares; the x differ."""
    x_mean, y_mean = x.sum() / len(x), y.sum() / len(y)
    apart = x - x_mean
    slope = float(apart @ y) / float(apart @ apart)
    return float(y_mean - slope * x_mean), slope


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
