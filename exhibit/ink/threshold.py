"""From contrast to ink: noise measured in the frame, local half-maximum, hysteresis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray

_NEIGHBOURHOOD = np.ones((7, 7), np.uint8)
_FAINTEST, _STRONGEST = 0.05, 0.35
"""Contrast at which a line begins, for sensitivity 1 and 0."""
_NOISES_LOW, _NOISES_HIGH = 3.0, 6.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Contrast (0..255) that continues a line (`low`) and that begins one (`high`)."""

    low: float
    high: float


def noise_of(contrast: Gray) -> float:
    """Estimate the standard deviation of the noise from pixel-to-pixel differences.

    Args:
        contrast: (H, W) uint8.

    Returns:
        Standard deviation in the units of `contrast`, at least 0.5.

    Source: median absolute deviation of first differences (Donoho and Johnstone 1994), which
        lines, being few, do not move.
    """
    rows = contrast[::4].astype(np.int16)
    steps = np.abs(rows[:, 2:] - rows[:, :-2])
    counts = np.bincount(steps.ravel(), minlength=2)
    middle = int(np.searchsorted(np.cumsum(counts), 0.5 * steps.size))
    return max(0.5, middle / (0.6745 * math.sqrt(2.0)))


def limits_for(noise: float, sensitivity: float) -> Limits:
    """Return the limits for a noise level; sensitivity 0 takes the blackest ink, 1 every trace."""
    floor = 255.0 * (_STRONGEST * (_FAINTEST / _STRONGEST) ** sensitivity)
    high = max(floor, _NOISES_HIGH * noise)
    return Limits(max(0.6 * floor, _NOISES_LOW * noise), high)


def ink_of(contrast: Gray, limits: Limits) -> NDArray[np.bool_]:
    """Mark ink: more than half the contrast of the line it belongs to, and joined to a sure pixel.

    Args:
        contrast: (H, W) uint8.
        limits: from `limits_for`.

    Returns:
        (H, W) bool.
    """
    strongest = cv2.dilate(contrast, _NEIGHBOURHOOD)
    half = cv2.max(cv2.convertScaleAbs(strongest, alpha=0.5), np.ceil(limits.low))
    weak = np.greater(contrast, half).astype(np.uint8)
    count, labels = cv2.connectedComponents(weak, connectivity=8)
    sure = np.zeros(count, bool)
    sure[labels[contrast > limits.high]] = True
    sure[0] = False
    return np.asarray(sure[labels], np.bool_)
