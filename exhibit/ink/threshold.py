"""From contrast to ink: noise measured in the frame, local half-maximum, hysteresis."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import (
    Box,
    Places,
    above,
    as_gray,
    at_least,
    label_type,
    places_of,
    square,
)

_FAINTEST, _STRONGEST = 0.055, 0.30
"""Contrast at which a line begins, for sensitivity 1 and 0."""
_WINDOW, _NARROW = 7, 0.6
"""A line of width w and contrast c, seen through a lens of blur s, peaks at c·erf(w/(2√2·s)) and
has the mean c·w/7 in a window of 7 pixels. Half of c, where its edge is, is then half the peak for
wide lines and more for narrow ones: about peak·(0.5 + 0.6·(0.5 − mean/peak)) for s
of 0.7 pixels."""
_CONTINUES = 0.55
_NOISES = 6.0
_LEAST_NOISE = 0.4
_FARTHEST = 1 << 30
"""Beyond the last row and column of any frame."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Contrast (0..255) that continues a line (`low`) and that begins one (`high`).

    `least_light` is the grey level of paper below which noise would pass for ink.
    """

    low: float
    high: float
    least_light: float

    @property
    def calm(self) -> float:
        """How much less contrast (0..255) than a line needs is enough for what was ink before."""
        return max(1.0, 0.25 * self.low)


def noise_of(pixels: Gray) -> float:
    """Estimate the standard deviation of the sensor's noise from pixel-to-pixel differences.

    Args:
        pixels: (H, W) uint8.

    Returns:
        Standard deviation in grey levels, at least 0.4.

    Source: median absolute deviation of differences (Donoho and Johnstone 1994), which lines,
        being few, do not move.
    """
    if pixels.shape[1] < 2:
        return _LEAST_NOISE
    rows = pixels[::8]
    steps = as_gray(cv2.absdiff(rows[:, 1:], rows[:, :-1]))
    half, level, before = 0.5 * steps.size, 0, 0
    # The median is small: counting up to it takes a third of a histogram's time.
    while (count := steps.size - cv2.countNonZero(above(steps, level))) < half:
        level, before = level + 1, count
    # Differences are whole numbers: interpolate within the bin for a finer median.
    middle = level - 0.5 + (half - before) / max(1.0, count - before)
    return max(_LEAST_NOISE, middle / (0.6745 * math.sqrt(2.0)))


def limits_for(noise: float, sensitivity: float) -> Limits:
    """Return the limits for a noise level; sensitivity 0 takes the blackest ink, 1 every trace."""
    high = 255.0 * _STRONGEST * (_FAINTEST / _STRONGEST) ** sensitivity
    return Limits(_CONTINUES * high, high, 255.0 * _NOISES * noise / high)


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What else is known when ink is marked.

    Args:
        before: (H, W) uint8, 1 where there was ink the frame before; it stays ink more easily.
        near_hand: (H, W) uint8, 1 near a hand, where a short new line may be a pen's tip.
        rim: (H, W) uint8, 1 along the sheet's edge, where hands are not looked for; new ink that
            mostly lies there is not believed.
        drawn: (H, W) uint8, 1 on what is known to be drawn and no pen's tip, however short; None
            where nothing is.
        shortest_px: pieces smaller than this both ways are specks.
        tip_px: new pieces near a hand smaller than this both ways are not believed.
    """

    before: Gray
    near_hand: Gray
    rim: Gray
    drawn: Gray | None
    shortest_px: float
    tip_px: float


def box_of(contrast: Gray, limits: Limits) -> Box | None:
    """Return the rows and columns around all that may be ink, or None where nothing may.

    Args:
        contrast: (H, W) uint8.
        limits: from `limits_for`.
    """
    x, y, width, height = cv2.boundingRect(above(contrast, limits.low - limits.calm))
    if not width:
        return None
    rows = slice(max(0, y - _WINDOW), min(contrast.shape[0], y + height + _WINDOW))
    return rows, slice(max(0, x - _WINDOW), min(contrast.shape[1], x + width + _WINDOW))


def ink_of(contrast: Gray, limits: Limits, context: Context, box: Box | None) -> Places:
    """Find ink: more than half the contrast of the line it belongs to, and joined to a sure pixel.

    Most is paper: only what may be ink is looked at.

    Args:
        contrast: (H, W) uint8.
        limits: from `limits_for`.
        context: what else is known.
        box: from `box_of`.

    Returns:
        (n,) places of ink in the picture, row by row and in order.
    """
    if box is None:
        return np.zeros(0, np.intp)
    here = np.ascontiguousarray(contrast[box])
    within = places_of(above(here, limits.low - limits.calm) & np.uint8(1))
    y, x = np.divmod(within, here.shape[1])
    at = (y + box[0].start) * contrast.shape[1] + x + box[1].start
    seen, before = here.ravel()[within], context.before.ravel()[at]
    weak = seen > _half_of(here, within, limits) - before * np.uint8(limits.calm)
    within, at, y, x = within[weak], at[weak], y[weak], x[weak]
    stayed = before[weak] > 0
    count, label = _pieces(within, here.shape)
    length, area = _sizes((y, x), label, count)
    sure = np.zeros(count, np.bool_)
    sure[label[(seen[weak] > limits.high) | stayed]] = True
    sure[length < context.shortest_px] = False
    doubtful = np.zeros(count, np.bool_)
    doubtful[label[context.near_hand.ravel()[at] > 0]] = True
    doubtful[label[stayed]] = False
    if context.drawn is not None:
        doubtful[label[context.drawn.ravel()[at] > 0]] = False
    sure[doubtful & (length < context.tip_px)] = False
    at_rim = np.bincount(label, context.rim.ravel()[at], count)
    stays = np.zeros(count, np.bool_)
    stays[label[stayed]] = True
    sure[(2.0 * at_rim > area) & ~stays] = False
    return np.asarray(at[sure[label]], np.intp)


def _half_of(contrast: Gray, at: Places, limits: Limits) -> Gray:
    """Return, (n,) uint8, half the contrast of the line that each place belongs to.

    Args:
        contrast: (H, W) uint8.
        at: (n,) places in it.
        limits: it is no less than what continues a line.
    """
    strongest = as_gray(cv2.dilate(contrast, square(5))).ravel()[at]
    mean = cv2.blur(contrast, (_WINDOW, _WINDOW)).ravel()[at]
    sharp = cv2.addWeighted(strongest, 0.5 + 0.5 * _NARROW, mean, -_NARROW, 0.0).ravel()
    return at_least(np.maximum(as_gray(sharp), strongest >> 1), limits.low)


def _pieces(at: Places, shape: tuple[int, ...]) -> tuple[int, Places]:
    """Return how many labels connected pieces have, and the label of each place (n,) of them."""
    marked = np.zeros(shape, np.uint8)
    marked.ravel()[at] = 1
    count, labels = cv2.connectedComponents(marked, connectivity=8, ltype=label_type(shape))
    return count, labels.ravel()[at].astype(np.intp)


def _sizes(
    at: tuple[Places, Places], label: Places, count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the longer side and the area of each of `count` pieces, in pixels.

    OpenCV's statistics walk over every pixel of paper as well, which takes three times as long.

    Args:
        at: rows and columns, (n,) each, of the pieces' pixels.
        label: (n,) of the piece of each.
        count: of pieces.
    """
    area = np.bincount(label, minlength=count)
    sides = []
    for place in at:
        first, last = np.full(count, _FARTHEST, np.intp), np.full(count, -1, np.intp)
        np.minimum.at(first, label, place)
        np.maximum.at(last, label, place)
        sides.append(last - first + 1)
    return np.maximum(*sides), area
