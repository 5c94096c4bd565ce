"""Ink of one photograph: no frames before it, no blank sheet, any size and any paper.

The steps: the paper's brightness by closing; contrast against it; what ink and paper are like
nearby, in turns with what is ink; then the smoothest outline that agrees with contrast and
curvature. The choice and its numbers are in docs/decisions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, ellipse
from exhibit.ink.outline import smoothest_outline

_LEAST_SPREAD = 18
_LEAST_CONTRAST = 0.07
_KERNEL_WIDTHS, _COARSE_REACH = 6.0, 8
_ENOUGH_PX = 6.0
_NEAR_WIDTHS, _PRIOR, _ROUNDS = 5.0, 0.05, 3
_NOISES, _FAINTEST_SHARE = 3.0, 0.3
_CURVATURE, _SMOOTHNESS = 2.0, 1.0
_SURE, _SPECK_WIDTHS = 1.2, 0.6
_DARKEST = 8.0
_NARROWEST_PX, _WIDEST_PX = 1.5, 24.0


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """What was measured of a page: contrast and threshold (H, W) float32, stroke width."""

    contrast: Floats
    threshold: Floats
    width_px: float


def binarise(gray: Gray) -> Gray:
    """Find ink in a photograph or scan.

    Args:
        gray: (H, W) uint8, dark ink on lighter paper.

    Returns:
        (H, W) uint8, 0 ink and 255 paper; all paper where nothing stands out.

    Source: threshold half-way between the ink and the paper nearby, iterated as Ridler and Calvard
        (1978) do globally; energy with Laplacian and edges as Howe, "Document binarization with
        automatic parameter tuning", IJDAR 16(3), 2013; background by closing as Xiong et al.,
        "Historical document image binarization using background estimation and energy
        minimization", ICPR 2018. Unlike both the minimum is found by convex relaxation.
    """
    blank = np.full_like(gray, 255)
    if min(gray.shape) < 3 or int(gray.max()) - int(gray.min()) < _LEAST_SPREAD:
        return blank
    shrink = _too_fine(gray)
    if shrink > 1:
        height, width = gray.shape
        size = (max(3, width // shrink), max(3, height // shrink))
        coarse = binarise(as_gray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA)))
        smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        return as_gray(np.where(smooth < 128, 0, 255))
    page = _measure(gray)
    if page is None:
        return blank
    scale = np.maximum(2.0 * page.threshold, _LEAST_CONTRAST).astype(np.float32)
    for_paper = np.clip((page.threshold - page.contrast) / scale, -0.5, 0.5)
    curved = _curvature(page) / scale
    for_paper += _CURVATURE * np.clip(2.0 * curved, -0.5, 0.5)
    relative = np.asarray(page.contrast / scale, np.float32)
    ink = smoothest_outline(np.asarray(for_paper, np.float32), relative, _SMOOTHNESS)
    return as_gray(np.where(_without_doubtful(ink, page), 0, 255))


def _too_fine(gray: Gray) -> int:
    """Return by how much a picture may shrink and still show its strokes with all their detail."""
    shrink = 1
    while True:
        size = (gray.shape[1] // shrink, gray.shape[0] // shrink)
        if min(size) < 64:
            return max(1, shrink // 2)
        small = as_gray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA))
        contrast = _contrast(small, _paper(small, 15))
        ink = as_gray(contrast > max(_otsu(contrast), _LEAST_CONTRAST))
        if _stroke_width(ink) < _ENOUGH_PX:
            return max(1, shrink // 2)
        shrink *= 2


def _measure(gray: Gray) -> _Page | None:
    """Estimate stroke width, contrast and threshold; None where there is no ink at all."""
    first = _contrast(gray, _paper(gray, 15))
    limit = max(_otsu(first), _LEAST_CONTRAST)
    width_px = _stroke_width(as_gray(first > limit))
    paper = _paper(gray, round(0.5 * _KERNEL_WIDTHS * width_px))
    blur_px = max(0.4, 0.12 * width_px)
    contrast = np.asarray(cv2.GaussianBlur(_contrast(gray, paper), (0, 0), blur_px), np.float32)
    ink = contrast > max(_otsu(contrast), _LEAST_CONTRAST)
    if not ink.any():
        return None
    threshold = _local_threshold(contrast, as_gray(ink), _NEAR_WIDTHS * width_px)
    averaged = math.sqrt(1.0 + 4.0 * math.pi * blur_px**2)
    noise = _NOISES * _noise(gray) / averaged / np.maximum(paper, _DARKEST)
    least = max(_FAINTEST_SHARE * float(np.median(threshold)), 0.5 * _LEAST_CONTRAST)
    threshold = np.maximum(np.maximum(threshold, noise), least)
    return _Page(contrast, np.asarray(threshold, np.float32), width_px)


def _paper(gray: Gray, reach: int) -> Floats:
    """Return the brightness of the paper (H, W) float32: a closing, never brighter than itself.

    Args:
        gray: (H, W) uint8.
        reach: half the size of the largest thing that counts as ink, in pixels.
    """
    reach = max(4, reach)
    height, width = gray.shape
    shrink = max(1, min(reach // _COARSE_REACH, min(gray.shape) // 16))
    small = cv2.GaussianBlur(gray, (0, 0), 0.8)
    if shrink > 1:
        size = (width // shrink, height // shrink)
        small = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        reach = max(4, reach // shrink)
    # Beyond the picture the margin goes on; else a dark margin would pass for a line.
    wide = cv2.copyMakeBorder(small, *(4 * (2 * reach,)), cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, ellipse(reach))
    smooth = cv2.GaussianBlur(closed, (0, 0), reach / 6.0)
    inner = np.s_[2 * reach : -2 * reach, 2 * reach : -2 * reach]
    paper = np.asarray(cv2.min(closed, smooth)[inner], np.float32)
    return np.asarray(
        cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def _contrast(gray: Gray, paper: Floats) -> Floats:
    """Return how much darker than paper each pixel is, (H, W) float32, 0 for typical paper."""
    ratio = gray / np.maximum(paper, _DARKEST)
    step = max(1, round(math.sqrt(gray.size / 1e5)))
    return np.asarray(1.0 - ratio / np.median(ratio[::step, ::step]), np.float32)


def _otsu(contrast: Floats) -> float:
    """Return the contrast that divides ink from paper best (Otsu 1979)."""
    levels = as_gray(np.clip(255.0 * contrast, 0, 255))
    return cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)[0] / 255.0


def _stroke_width(ink: Gray) -> float:
    """Return the mean width of strokes: twice their area over their outline."""
    area = cv2.countNonZero(ink)
    outline = area - cv2.countNonZero(cv2.erode(ink, np.ones((3, 3), np.uint8)))
    return float(np.clip(2.0 * area / max(outline, 1), _NARROWEST_PX, _WIDEST_PX))


def _noise(gray: Gray) -> float:
    """Return the standard deviation of the noise in grey levels from differences of neighbours."""
    steps = np.abs(np.diff(gray[:: max(1, gray.shape[0] // 500)].astype(np.int16), axis=1))
    return float(np.median(steps)) / 0.954 + 0.3


def _local_threshold(contrast: Floats, ink: Gray, near_px: float) -> Floats:
    """Return half-way between the ink and the paper nearby, (H, W) float32.

    Args:
        contrast: (H, W) float32.
        ink: (H, W) uint8, 1 where ink is likely.
        near_px: standard deviation of what is near.
    """
    height, width = contrast.shape
    shrink = max(1, int(near_px / 8))
    size = (max(1, width // shrink), max(1, height // shrink))
    typical = float(contrast[ink > 0].mean())

    def nearby(values: Floats) -> Floats:
        small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(small, (0, 0), near_px / shrink), np.float32)

    everything = nearby(contrast)
    threshold = np.zeros_like(contrast)
    for _ in range(_ROUNDS):
        share = nearby(ink.astype(np.float32))
        dark = nearby(np.asarray(contrast * ink, np.float32))
        of_ink = (dark + _PRIOR * typical) / (share + _PRIOR)
        of_paper = (everything - dark) / (1.0 - share + 1e-3)
        middle = np.asarray(0.5 * (of_ink + of_paper), np.float32)
        threshold = np.asarray(
            cv2.resize(middle, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
        )
        ink = as_gray(contrast > threshold)
    return threshold


def _curvature(page: _Page) -> Floats:
    """Return the Laplacian of contrast at the scale of strokes: below 0 inside of them."""
    blur_px = max(0.8, 0.2 * page.width_px)
    smooth = cv2.GaussianBlur(page.contrast, (0, 0), blur_px)
    return np.asarray(cv2.Laplacian(smooth, cv2.CV_32F) * blur_px**2, np.float32)


def _without_doubtful(ink: Gray, page: _Page) -> Gray:
    """Drop specks, and pieces that are hardly darker than the threshold, as what shines through."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    places = np.flatnonzero(ink)
    owner = labels.ravel()[places]
    over = page.contrast.ravel()[places] / page.threshold.ravel()[places]
    sureness = np.bincount(owner, over, count) / np.maximum(np.bincount(owner, minlength=count), 1)
    area = stats[:, cv2.CC_STAT_AREA]
    keep = (sureness > _SURE) & (area >= max(2.0, _SPECK_WIDTHS * page.width_px**2))
    keep[0] = False
    return as_gray(keep[labels])
