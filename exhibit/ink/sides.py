"""What is seen along the four sides of a sheet, and the straight lines that fit to it.

Sides run clockwise in the frame from the top one, corners from the top left one.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray

_SAMPLES = 24
_PLACES = np.linspace(0.06, 0.94, _SAMPLES)
_PAIRS = np.array([(i, j) for i in range(0, _SAMPLES, 3) for j in range(i + 6, _SAMPLES, 3)]).T
_REACH_PX = 18
_SPAN = 3
_REACH = np.arange(-_REACH_PX - _SPAN, _REACH_PX + _SPAN + 1)
"""Pixels inwards from where a side was at which the frame is looked at."""
LEAST_STEP = 0.08
"""A side is seen where it is this much brighter inside than outside, as a share of both."""
_INLIER_PX = 1.6


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


class Across:
    """Lines across the sides of a sheet, along which frame after frame is looked at."""

    def __init__(self, corners: Floats, shape: tuple[int, ...]) -> None:
        """Lay lines across the sides between four corners.

        Args:
            corners: (4, 2) in frame pixels.
            shape: (H, W) of the frame.
        """
        self.corners = corners
        start, end, inward, _ = geometry(corners)
        base = start[:, None] + _PLACES[None, :, None] * (end - start)[:, None]
        # x and y, each (samples of all sides, places across them).
        self._x, self._y = (
            np.asarray(base[..., n, None] + inward[:, None, n, None] * _REACH, np.float32).reshape(
                -1, len(_REACH)
            )
            for n in (0, 1)
        )
        x, y = self._x[:, _SPAN:-_SPAN], self._y[:, _SPAN:-_SPAN]
        self._outside = (x < 0) | (y < 0) | (x > shape[1] - 1) | (y > shape[0] - 1)

    def look(self, pixels: Gray) -> Sides:
        """Look for the sides in a frame (H, W) uint8."""
        return Sides(_PLACES, *_best_steps(self._seen_in(pixels), self._outside))

    def _seen_in(self, pixels: Gray) -> Gray:
        border = cv2.BORDER_REPLICATE
        return as_gray(cv2.remap(pixels, self._x, self._y, cv2.INTER_LINEAR, borderMode=border))


def look_along(pixels: Gray, corners: Floats) -> Sides:
    """Look for the sides of a sheet near the lines between four corners (4, 2)."""
    return Across(corners, pixels.shape).look(pixels)


def geometry(corners: Floats) -> tuple[NDArray[np.float64], ...]:
    """Return start, end and inward unit vector (4, 2) of each side, and its length (4, 1)."""
    start, end = corners.astype(np.float64), corners[[1, 2, 3, 0]].astype(np.float64)
    along = end - start
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1.0)
    along = along / length
    return start, end, np.stack([-along[:, 1], along[:, 0]], axis=1), length


def _best_steps(
    seen: Gray, outside_frame: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, for each sample of each side, how far inwards its strongest step up lies, and it."""
    # The sum of the pixels right after, and right before, a place.
    sums = cv2.boxFilter(seen, cv2.CV_32F, (_SPAN, 1), normalize=False).astype(np.float64)
    before, count = _SPAN // 2, outside_frame.shape[1]
    inner, outer = (sums[:, n : n + count] for n in (before + _SPAN + 1, before))
    step = (inner - outer) / np.maximum(inner + outer, 1.0)
    step[outside_frame] = 0.0
    best = step.argmax(axis=1)
    rows = np.arange(len(best))
    peak = step[rows, best]
    left = step[rows, np.maximum(best - 1, 0)]
    right = step[rows, np.minimum(best + 1, step.shape[1] - 1)]
    bend = np.minimum(left - 2 * peak + right, -1e-6)
    fine = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    shift = _REACH[_SPAN:-_SPAN][best] + fine
    return shift.reshape(4, _SAMPLES), peak.reshape(4, _SAMPLES)


def fit_sides(
    sides: Sides,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Fit shift = offset + slope·place to each side, most samples in favour, outliers ignored."""
    places, shift, strength = sides.places, sides.shift, sides.strength
    offsets, slopes, support = np.zeros(4), np.zeros(4), np.zeros(4)
    a, b = _PAIRS
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
