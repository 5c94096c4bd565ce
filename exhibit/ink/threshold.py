"""From contrast to ink: noise measured in the frame, local half-maximum, hysteresis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray, square

_FAINTEST, _STRONGEST = 0.055, 0.30
"""Contrast at which a line begins, for sensitivity 1 and 0."""
_CONTINUES = 0.55
_NOISES = 6.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Contrast (0..255) that continues a line (`low`) and that begins one (`high`).

    `least_light` is the grey level of paper below which noise would pass for ink.
    """

    low: float
    high: float
    least_light: float


def noise_of(pixels: Gray) -> float:
    """Estimate the standard deviation of the sensor's noise from pixel-to-pixel differences.

    Args:
        pixels: (H, W) uint8.

    Returns:
        Standard deviation in grey levels, at least 0.4.

    Source: median absolute deviation of differences (Donoho and Johnstone 1994), which lines,
        being few, do not move.
    """
    rows = pixels[::8].astype(np.int16)
    steps = np.abs(rows[:, 1:] - rows[:, :-1])
    counts = np.cumsum(np.bincount(steps.ravel(), minlength=2))
    half = 0.5 * steps.size
    above = int(np.searchsorted(counts, half))
    before = float(counts[above - 1]) if above else 0.0
    # Differences are whole numbers: interpolate within the bin for a finer median.
    middle = above - 0.5 + (half - before) / max(1.0, float(counts[above]) - before)
    return max(0.4, float(middle) / (0.6745 * math.sqrt(2.0)))


def limits_for(noise: float, sensitivity: float) -> Limits:
    """Return the limits for a noise level; sensitivity 0 takes the blackest ink, 1 every trace."""
    high = 255.0 * _STRONGEST * (_FAINTEST / _STRONGEST) ** sensitivity
    return Limits(_CONTINUES * high, high, 255.0 * _NOISES * noise / high)


def ink_of(contrast: Gray, limits: Limits, before: Gray, shortest_px: float) -> Gray:
    """Mark ink: more than half the contrast of the line it belongs to, and joined to a sure pixel.

    Args:
        contrast: (H, W) uint8.
        limits: from `limits_for`.
        before: (H, W) uint8, 1 where there was ink the frame before; it stays ink more easily.
        shortest_px: pieces smaller than this both ways are specks.

    Returns:
        (H, W) uint8, 1 on ink.
    """
    strongest = as_gray(cv2.dilate(contrast, square(5)))
    half = np.maximum(strongest >> 1, np.uint8(limits.low))
    half -= (before > 0) * np.uint8(max(1.0, 0.25 * limits.low))
    weak = np.greater(contrast, half).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(weak, connectivity=8)
    length = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    sure = np.zeros(count, bool)
    sure[labels[(contrast > limits.high) | ((before > 0) & (weak > 0))]] = True
    sure &= length >= shortest_px
    sure[0] = False
    return np.asarray(sure[labels], np.uint8)
