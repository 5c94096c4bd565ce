"""Filled shapes larger than the networks look: found in the picture made smaller.

Made smaller, what paper blurred looks as sharp as a pen's edge: each shape is looked at again at
the picture's own size.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.holes import light_of
from exhibit.ink.images import as_gray, ellipse, length_of, square

SHRINK = 4
_BROAD, _NEAR_PX, _EDGE_PX = 3, 31, 9
_LEAST_AREA, _LEAST_DARK = 64, 0.2
_ENCLOSED, _AS_DARK = 0.5, 0.7
_SHARP, _SHARP_SHARE, _TO_PAPER, _USUALLY_STEEP = 0.9, 0.6, 0.6, 0.25


def add_large(gray: Gray, ink: Gray, coarse: Gray) -> Gray:
    """Add large filled shapes that were found in a smaller picture alone.

    Args:
        gray: (H, W) uint8.
        ink: (H, W) uint8, 1 on ink.
        coarse: (h, w) uint8, ink of the picture made smaller by `SHRINK`, 1 on ink.

    Returns:
        (H, W) uint8, 1 on ink. A shape is added where ink encloses it and is hardly darker, or
        where its edge is as steep as that of other ink; not where the picture's edge cuts it off.
    """
    broad = cv2.morphologyEx(coarse, cv2.MORPH_OPEN, ellipse(_BROAD))
    if not broad.any():
        return ink
    # A little wider, since the edge is found anew at the picture's own size.
    wide = cv2.dilate(broad, square(3)) * np.uint8(255)
    size = (gray.shape[1], gray.shape[0])
    here = as_gray(cv2.resize(wide, size, interpolation=cv2.INTER_LINEAR) > 127)
    light = light_of(gray, 1 - (here | ink))
    darkness = np.asarray(1 - gray / np.maximum(light, 1.0), np.float32)
    total, count = (
        cv2.boxFilter(plane, cv2.CV_32F, (_NEAR_PX, _NEAR_PX), normalize=False)
        for plane in (darkness * here, here)
    )
    missing = here & (1 - ink) & as_gray(darkness > 0.5 * total / np.maximum(count, 1))
    opened = cv2.morphologyEx(as_gray(missing), cv2.MORPH_OPEN, square(3))
    labels = np.asarray(cv2.connectedComponents(opened, connectivity=4)[1], np.int32)
    return as_gray(ink | _are_ink(gray, ink, labels, light, darkness)[labels])


def _are_ink(
    gray: Gray, ink: Gray, labels: NDArray[np.int32], light: Floats, darkness: Floats
) -> NDArray[np.bool_]:
    """Tell which pieces are ink, (count,) bool; 0 is none."""
    count = int(labels.max()) + 1
    ring = cv2.dilate(labels.astype(np.float32), square(5)).astype(np.int32) * (labels == 0)

    def mean(of: NDArray[np.int32], values: Floats | Gray) -> NDArray[np.float64]:
        number = np.bincount(of.ravel(), minlength=count)
        return np.asarray(np.bincount(of.ravel(), values.ravel(), count) / np.maximum(number, 1))

    dark, enclosed = mean(labels, darkness), mean(ring, ink)
    dark_around = mean(ring, darkness * ink) / np.maximum(enclosed, 1e-3)
    steep, step = _edges(gray)
    rim = (ink > 0) & (cv2.erode(ink, square(3)) == 0)
    usual = float(np.median(steep[rim])) if rim.any() else _USUALLY_STEEP
    # An edge that is none to paper is one of something else, or noise.
    to_paper = (step > _TO_PAPER * light * dark[ring]) & (ink == 0)
    sharp = mean(ring, as_gray((steep > _SHARP * usual) & to_paper)) / np.maximum(
        1 - enclosed, 1e-3
    )
    found = np.where(enclosed > _ENCLOSED, dark > _AS_DARK * dark_around, sharp > _SHARP_SHARE)
    found &= (np.bincount(labels.ravel(), minlength=count) >= _LEAST_AREA) & (dark > _LEAST_DARK)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        found[edge] = False
    found[0] = False
    return np.asarray(found, np.bool_)


def _edges(gray: Gray) -> tuple[Floats, Gray]:
    """Return the steepest slope near each pixel as a share of the step there, and that step."""
    slopes = [cv2.Sobel(gray, cv2.CV_32F, x, 1 - x, scale=0.125) for x in (1, 0)]
    near = square(_EDGE_PX)
    step = as_gray(cv2.dilate(gray, near) - cv2.erode(gray, near))
    steepest = cv2.dilate(length_of(slopes[0], slopes[1]), near)
    return np.asarray(steepest / np.maximum(step, 1), np.float32), step
