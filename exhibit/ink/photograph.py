"""A photograph as ink is looked for in it: one plane, in which coloured pens are dark as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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


def as_photograph(pixels: Gray) -> Photograph:
    """Bring colours into one plane.

    Args:
        pixels: (H, W), or (H, W, 3) with blue first as OpenCV has it; uint8.
    """
    if pixels.ndim == 2:
        return Photograph(pixels, pixels)
    levels = pixels.astype(np.float32)
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
