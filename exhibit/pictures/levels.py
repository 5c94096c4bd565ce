"""From samples of any depth to 8-bit RGB: white paper, dark ink, transparent parts on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.values import Floats

Rgb = NDArray[np.uint8]
"""(H, W, 3), red first."""
_DEPTHS = (8, 10, 12, 14, 16, 24, 32)
"""Bits that scanners count in; a file often has more room than its scanner had bits."""
_OVERSHOOT = 2.0
"""Real numbers are from 0 to 1; sharpening may leave some beyond."""


class PictureError(InputError):
    """A picture cannot be read; says why, in one line, without naming the file."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What a file holds, as stored.

    Args:
        values: (H, W, C) integers or real numbers; the colours, then the alpha where there is one.
        bits: of a colour's value, as the file says.
        colours: 1 grey, 3 RGB, 4 CMYK.
        white_is_zero: whether 0 is paper; so it is in CMYK.
        alpha: whether the channel after the colours says how opaque a pixel is.
        premultiplied: whether the colours are already weighed by it.
    """

    values: NDArray[Any]
    bits: int
    colours: int
    white_is_zero: bool = False
    alpha: bool = False
    premultiplied: bool = False


def to_rgb(samples: Samples) -> Rgb:
    """Bring samples to 8-bit RGB on white.

    Raises:
        PictureError: numbers without a range that could be guessed.
    """
    count = samples.colours
    colours = samples.values[..., :count]
    light = _unit(colours, samples.bits, samples.white_is_zero, _full_opacity(samples))
    if samples.white_is_zero:
        light = 1 - light
    if count == 4:
        light = light[..., :3] * light[..., 3:]
    if samples.alpha:
        opaque = _unit(samples.values[..., count : count + 1], samples.bits, False)
        light = (light if samples.premultiplied else light * opaque) + (1 - opaque)
    pixels = np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)))


def _full_opacity(samples: Samples) -> int:
    """The alpha of what is opaque, or 0 where all is: else no colour may be that of paper."""
    if not samples.alpha or samples.values.dtype.kind == "f":
        return 0
    opacity = samples.values[..., samples.colours]
    return int(opacity.max()) if opacity.min() < opacity.max() else 0


def _unit(values: NDArray[Any], bits: int, white_is_zero: bool, known: int = 0) -> Floats:
    """To 0..1 float32; what is no number is paper.

    Args:
        values: of colours, or of opacity.
        bits: as the file says.
        white_is_zero: whether 0 is paper.
        known: a value that the scanner is known to have reached.
    """
    if values.dtype.kind == "f":
        return _unit_of_real(values.astype(np.float32), 0.0 if white_is_zero else 1.0)
    low, high = int(values.min()), max(int(values.max()), known)
    if low < 0:  # signed, and its middle is middle grey
        low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    else:
        # Of signed numbers without a negative one, black is 0 as in all others.
        low, high = 0, _range_of(high, bits - (values.dtype.kind == "i"), white_is_zero)
    return np.asarray((values.astype(np.float64) - low) / (high - low), np.float32)


def _range_of(highest: int, bits: int, white_is_zero: bool) -> int:
    """The value of full light: that of the fewest usual bits which hold the brightest pixel.

    Where the highest value is the darkest ink it says nothing, and the file is believed.
    """
    held = (depth for depth in _DEPTHS if depth < bits and highest < 1 << depth)
    return int((1 << (bits if bits <= 8 or white_is_zero else next(held, bits))) - 1)


def _unit_of_real(values: Floats, paper: float) -> Floats:
    known = np.isfinite(values)
    if not known.any():
        raise PictureError("holds no finite number")
    low, high = float(values[known].min()), float(values[known].max())
    if low < -_OVERSHOOT or (low < -0.5 and high > _OVERSHOOT):
        raise PictureError(f"real numbers from {low:.3g} to {high:.3g}; expected 0 to 1")
    if low < -0.5:  # from -1 to 1
        values, high = np.asarray((values + 1) / 2, np.float32), 1.0
    top = 1.0 if high <= _OVERSHOOT else float(_range_of(int(np.ceil(high)), 32, False))
    return np.where(known, values / np.float32(top), np.float32(paper))
