"""A photograph as ink is looked for in it: one plane, in which coloured pens are dark as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray

_LUMA = np.array([0.114, 0.587, 0.299], np.float32)
_COLOURED = 0.25
"""Of white: a channel this much darker than the brightness is a colour, not a tint of the paper."""
_BRIGHT_SHARE = 70.0
_MOST_BALANCE = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """One picture of ink on paper.

    Args:
        gray: (H, W) uint8, in which every pen is dark, yellow ones too.
        least: (H, W) uint8, the darkest colour of each pixel: white paper is bright, while wood,
            skin and cloth are dark.
    """

    gray: Gray
    least: Gray


def as_photograph(pixels: NDArray[Any]) -> Photograph:
    """Bring any depth to 8 bits, put transparent pictures on white, and colours into one plane.

    Args:
        pixels: (H, W) or (H, W, 1..4), blue first as OpenCV has it; 8 or 16 bits, or 0..1.
    """
    levels = pixels.astype(np.float32)
    if pixels.dtype != np.uint8:
        # Sixteen bits, or a floating-point TIFF from 0 to 1.
        levels *= 255.0 / (65535.0 if pixels.dtype == np.uint16 else 1.0)
    levels = np.clip(np.nan_to_num(levels), 0, 255)
    if levels.ndim == 3 and levels.shape[2] in (2, 4):
        opaque = levels[..., -1:] / 255.0
        levels = levels[..., :-1] * opaque + 255.0 * (1.0 - opaque)
    if levels.ndim == 3 and levels.shape[2] < 3:
        levels = levels[..., 0]
    if levels.ndim == 2:
        gray = _rounded(levels)
        return Photograph(gray, gray)
    luma = levels @ _LUMA
    least = (levels * _balance(levels, luma)).min(axis=2)
    white = float(np.percentile(luma[::4, ::4], 95))
    return Photograph(_rounded(np.minimum(luma, least + _COLOURED * white)), _rounded(least))


def _balance(levels: Floats, luma: Floats) -> Floats:
    """Return what makes the paper, which most of the bright pixels show, grey: (3,) float32."""
    few, light = levels[::4, ::4], luma[::4, ::4]
    bright = light >= np.percentile(light, _BRIGHT_SHARE)
    white = np.maximum(np.median(few[bright], axis=0), 1.0)
    gain = float(np.median(light[bright])) / white
    return np.asarray(np.clip(gain, 1.0 / _MOST_BALANCE, _MOST_BALANCE), np.float32)


def _rounded(levels: Floats) -> Gray:
    return np.asarray(np.rint(np.clip(levels, 0, 255)), np.uint8)
