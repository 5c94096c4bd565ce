"""What speaks for ink at each pixel of a page: how its surroundings look at five sizes.

Everything is measured against the paper nearby. Coarse things are looked at in a picture that is as
much smaller, and judged at half the page's size; the page's own pixels come last. Planes of a whole
page are made for a band of rows at a time.
"""

from __future__ import annotations

import math
from functools import cache

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, ellipse, length_of

LEVELS = 5
_LINE_LEVELS = (1, 2, 3)
_LINE_REACH, _DIRECTIONS = 4, 8
_PAPER_REACH = 4
_DARKEST, _DARKEST_NOISY = 8.0, 20.0
_TYPICAL_LEVEL = 2
_LEAST_CONTRAST = 0.07
_HALO = 8
_BLOCK = 1 << LEVELS
_BAND_PX = 1 << 16
_CONTRAST, _RIDGE, _STRONGEST, _STEEPEST = 0, 1, 6, 8
"""Where these are among the planes of one size."""
_NEAR = np.ones((5, 5), np.uint8)


class Evidence:
    """The evidence of one page, padded so that it can be halved five times.

    `contrast` is (h, w) float32 at half the page's size, how much darker each place is than the
    paper nearby; `sharpness` (h, w) float32 the steepest step nearby as a share of the strongest
    contrast there.
    """

    def __init__(self, gray: Gray) -> None:
        """Measure a page, (H, W) uint8."""
        down, right = (-size % _BLOCK for size in gray.shape)
        padded = cv2.copyMakeBorder(gray, 0, down, 0, right, cv2.BORDER_REPLICATE)
        self._levels = [np.asarray(padded, np.float32)]
        for _ in range(LEVELS):
            self._levels.append(halved(self._levels[-1]))
        self._papers = [_paper(level) for level in self._levels[1:]]
        self._planes = [
            _planes(
                self._levels[size],
                doubled(self._papers[size], 1, 0, self._papers[size].shape[0]),
                size in _LINE_LEVELS,
            )
            for size in range(1, LEVELS)
        ]
        typical = self._planes[_TYPICAL_LEVEL - 1][_CONTRAST]
        self.contrast = doubled(typical, _TYPICAL_LEVEL - 1, 0, typical.shape[0])
        self.sharpness = np.empty_like(self.contrast)
        self._fine_halved = [np.empty_like(self.contrast) for _ in range(9)]
        for top, bottom in self.bands(0):
            fine = self._finest(top, bottom)
            strongest = np.maximum(fine[_STRONGEST], 0) + np.float32(0.03)
            here = np.s_[top >> 1 : bottom >> 1]
            self.sharpness[here] = halved(np.asarray(fine[_STEEPEST] / strongest, np.float32))
            for plane, of_whole in zip(fine, self._fine_halved, strict=True):
                of_whole[here] = halved(plane)
        self._of_page = _of_page(gray, self.contrast)

    def shape(self, size: int) -> tuple[int, int]:
        """Return height and width of the padded page, halved `size` times."""
        level = self._levels[size]
        return level.shape[0], level.shape[1]

    def bands(self, size: int) -> list[tuple[int, int]]:
        """Return first and last row (exclusive) of bands of the page halved `size` times."""
        height, width = self.shape(0)
        rows = max(_BLOCK, _BAND_PX // width // _BLOCK * _BLOCK)
        return [(top >> size, min(height, top + rows) >> size) for top in range(0, height, rows)]

    def rows(self, size: int, top: int, bottom: int) -> list[Floats]:
        """Return the evidence in a band of the page halved once or not at all.

        Args:
            size: 1 for all evidence at half the page's size, 0 for the finest at its own.
            top, bottom: first and last row (exclusive) at that size.

        Returns:
            Planes of (rows, W) float32 each; W is the padded width at that size.
        """
        if size == 1:
            planes = [plane[top:bottom] for plane in self._fine_halved]
            chosen = [(times, plane) for times, level in enumerate(self._planes) for plane in level]
        else:
            planes = self._finest(top, bottom)
            chosen = [(1 + times, level[_CONTRAST]) for times, level in enumerate(self._planes)]
            chosen.append((1, self._planes[0][_RIDGE]))
        planes += [doubled(plane, times, top >> times, bottom >> times) for times, plane in chosen]
        light = np.maximum(self._levels[size][top:bottom], np.float32(_DARKEST_NOISY))
        noise, *others = self._of_page
        planes.append(np.asarray(noise / light, np.float32))
        return planes + [np.full_like(light, value) for value in others]

    def _finest(self, top: int, bottom: int) -> list[Floats]:
        first, last = max(0, top - _HALO), min(self.shape(0)[0], bottom + _HALO)
        paper = doubled(self._papers[0], 1, first >> 1, last >> 1)
        planes = _planes(self._levels[0][first:last], paper, False)
        return [plane[top - first : bottom - first] for plane in planes]


def halved(plane: Floats) -> Floats:
    """Average each 2×2 pixels of a plane with even sides."""
    size = (plane.shape[1] // 2, plane.shape[0] // 2)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def doubled(plane: Floats, times: int, top: int, bottom: int) -> Floats:
    """Enlarge some rows of a plane by 2 to the power of `times`, as if all of it was enlarged."""
    if times == 0:
        return plane[top:bottom]
    first, last = max(0, top - 1), min(plane.shape[0], bottom + 1)
    size = (plane.shape[1] << times, (last - first) << times)
    large = cv2.resize(plane[first:last], size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[(top - first) << times : (bottom - first) << times], np.float32)


def _paper(level: Floats) -> Floats:
    """Return the brightness of paper: a closing, never brighter than itself."""
    reach = 2 * _PAPER_REACH
    smooth = cv2.GaussianBlur(level, (0, 0), 0.6)
    # Beyond the picture the margin goes on; else a dark margin would pass for a line.
    wide = cv2.copyMakeBorder(smooth, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, ellipse(_PAPER_REACH))
    paper = cv2.min(closed, cv2.GaussianBlur(closed, (0, 0), 0.5 * _PAPER_REACH))
    return np.asarray(paper[reach:-reach, reach:-reach], np.float32)


def _planes(level: Floats, paper: Floats, with_lines: bool) -> list[Floats]:
    """Return what is seen at one size, as shares of the paper's brightness; see the comments."""
    per_light = np.float32(1.0) / np.maximum(paper, np.float32(_DARKEST))
    smooth = cv2.GaussianBlur(level, (3, 3), 0.8)
    contrast, softer = 1 - level * per_light, 1 - smooth * per_light
    across, down, slant = (
        cv2.Sobel(smooth, cv2.CV_32F, x, y, scale=0.25) * per_light
        for x, y in ((2, 0), (0, 2), (1, 1))
    )
    middle, apart = 0.5 * (across + down), length_of(0.5 * (across - down), slant)
    step_x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=0.125)
    step_y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=0.125)
    steps = length_of(step_x, step_y) * per_light
    mean = cv2.blur(level, (7, 7))
    spread = np.sqrt(np.maximum(cv2.blur(level * level, (7, 7)) - mean * mean, 0)) * per_light
    ridge = middle + apart
    planes = [
        contrast,
        ridge,  # a dark line: bent most across it
        middle - apart,
        steps,
        spread,
        (mean - level) * per_light,
        cv2.dilate(softer, _NEAR),
        cv2.erode(softer, _NEAR),
        cv2.dilate(steps, _NEAR),
    ]
    if with_lines:
        along = [cv2.filter2D(ridge, cv2.CV_32F, kernel) for kernel in _line_kernels()]
        planes.append(np.maximum.reduce(along))  # of a straight line, in its best direction
    return [np.asarray(plane, np.float32) for plane in planes]


@cache
def _line_kernels() -> list[Floats]:
    """Return kernels that average along a line in each direction."""
    side = 2 * _LINE_REACH + 1
    kernels = []
    for number in range(_DIRECTIONS):
        angle = math.pi * number / _DIRECTIONS
        x, y = (round(_LINE_REACH * turn(angle)) for turn in (math.cos, math.sin))
        kernel = np.zeros((side, side), np.float32)
        ends = ((_LINE_REACH - x, _LINE_REACH - y), (_LINE_REACH + x, _LINE_REACH + y))
        cv2.line(kernel, *ends, (1.0,), 1)
        kernels.append(np.asarray(kernel / kernel.sum(), np.float32))
    return kernels


def _of_page(gray: Gray, contrast: Floats) -> tuple[float, float, float, float]:
    """Return the page's noise in grey levels, Otsu's contrast, and the ink's mean and width."""
    steps = np.abs(np.diff(gray[:: max(1, gray.shape[0] // 500)].astype(np.int16), axis=1))
    noise = float(np.median(steps)) / 0.954 + 0.3
    levels = as_gray(np.clip(255.0 * contrast, 0, 255))
    otsu = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)[0] / 255.0
    ink = contrast > max(otsu, _LEAST_CONTRAST)
    area = int(np.count_nonzero(ink))
    typical = float(contrast[ink].mean()) if area else 0.0
    outline = area - cv2.countNonZero(cv2.erode(as_gray(ink), np.ones((3, 3), np.uint8)))
    width = min(24.0, max(1.5, 2.0 * area / max(1, outline)))
    return noise, otsu, typical, math.log(width)


class Context:
    """What a judgement says of the surroundings of each pixel, to judge once more."""

    def __init__(self, evidence: Evidence, likely: Floats) -> None:
        """Look around each pixel.

        Args:
            evidence: of the page.
            likely: (h, w) float32 at half the page's size, how likely each place is ink, 0..1.
        """
        self._likely, self._contrast = likely, evidence.contrast
        weighted = likely * evidence.contrast
        planes = (likely, weighted, weighted * evidence.sharpness)
        self._planes: list[list[Floats]] = []
        for times in range(LEVELS):
            if times:
                planes = (halved(planes[0]), halved(planes[1]), halved(planes[2]))
            share, dark, sharp = (cv2.GaussianBlur(plane, (0, 0), 1.2) for plane in planes)
            kept = [share, dark / (share + 0.02), sharp / (np.maximum(dark, 0) + 0.01)]
            if times <= 1:
                kept.append(cv2.dilate(planes[0], _NEAR))
            self._planes.append([np.asarray(plane, np.float32) for plane in kept])
        dark_sum = float(weighted.sum())
        self._of_page = (
            dark_sum / (float(likely.sum()) + 1.0),
            float((weighted * evidence.sharpness).sum()) / (max(0.0, dark_sum) + 1.0),
        )

    def rows(self, size: int, top: int, bottom: int) -> list[Floats]:
        """Return what is around in a band of the page halved once or not at all.

        Args:
            size: 1 at half the page's size, 0 at its own.
            top, bottom: first and last row (exclusive) at that size.

        Returns:
            Planes of (rows, W) float32 each; W is the padded width at that size.
        """
        once = 1 - size
        likely = doubled(self._likely, once, top >> once, bottom >> once)
        contrast = doubled(self._contrast, once, top >> once, bottom >> once)
        planes = [likely]
        for times, of_size in enumerate(self._planes, start=once):
            large = [doubled(plane, times, top >> times, bottom >> times) for plane in of_size]
            # Half of the ink nearby is where its edge lies.
            planes += [*large, contrast - np.float32(0.5) * large[1]]
        return planes + [np.full_like(likely, value) for value in self._of_page]
