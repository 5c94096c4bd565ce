"""The middle of a filled shape, where only its rim was found: as dark as the ink around it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, square

_PAPER_PX, _PAPER_FAR_PX, _RIM_PX = 151, 901, 7
_AS_DARK, _LEAST_DARK = 0.7, 0.15
_LEAST_PAPER = 0.02
"""Share of the pixels around one that must be paper to tell its brightness."""


def fill_holes(gray: Gray, ink: Gray) -> Gray:
    """Fill holes in ink that are nearly as dark as the ink around them.

    Args:
        gray: (H, W) uint8.
        ink: (H, W) uint8, 1 on ink.

    Returns:
        (H, W) uint8, 1 on ink. What a line encloses stays paper where it looks like paper.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - ink, connectivity=4)
    if count <= 2:
        return ink
    paper = int(stats[1:, cv2.CC_STAT_AREA].argmax()) + 1
    # Light falls unevenly: each hole is compared with the paper near it.
    light = light_of(gray, as_gray(labels == paper))
    around = cv2.dilate(labels.astype(np.float32), square(_RIM_PX)).astype(np.int32)
    around[(ink == 0) | (around == paper)] = 0
    hole, sheet = _means(labels, gray, count), _means(labels, light, count)
    darkness, of_rim = sheet - hole, sheet - _means(around, gray, count)
    filled = (darkness > _AS_DARK * of_rim) & (darkness > _LEAST_DARK * sheet)
    filled[[0, paper]] = False
    return as_gray(ink | filled[labels])


def light_of(gray: Gray, paper: Gray) -> Floats:
    """Return how bright paper is near each pixel, (H, W) float32.

    Args:
        gray: (H, W) uint8.
        paper: (H, W) uint8, 1 on paper.
    """
    share, seen = paper.astype(np.float32), (paper * gray).astype(np.float32)
    light = np.full(gray.shape, seen.sum() / max(1.0, float(share.sum())), np.float32)
    # In the middle of a large shape only paper farther away can be seen.
    for window in (_PAPER_FAR_PX, _PAPER_PX):
        near = cv2.blur(share, (window, window))
        mean = cv2.blur(seen, (window, window)) / np.maximum(near, 1e-3)
        light = np.where(near > _LEAST_PAPER, mean, light)
    return np.asarray(light, np.float32)


def _means(labels: NDArray[Any], values: Floats | Gray, count: int) -> NDArray[np.float64]:
    """Return the mean of values (H, W) under each of `count` labels."""
    flat = labels.ravel()
    size = np.maximum(np.bincount(flat, minlength=count), 1)
    return np.asarray(np.bincount(flat, values.ravel(), count) / size, np.float64)
