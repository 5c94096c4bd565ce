"""Small steps that every part of ink takes with OpenCV, with the types they have."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray

Homography = NDArray[np.float64]


def as_gray(values: Any) -> Gray:
    """Return an array, of truth values for instance, as uint8."""
    return np.asarray(values, np.uint8)


@cache
def ellipse(reach: int) -> Gray:
    """Return a round kernel that reaches `reach` pixels from its middle."""
    side = 2 * reach + 1
    return as_gray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


@cache
def square(side: int) -> Gray:
    """Return a square kernel."""
    return np.ones((side, side), np.uint8)


def perspective(source: NDArray[np.float32], target: NDArray[np.float32]) -> Homography:
    """Return the homography (3, 3) that takes four points (4, 2) to four others."""
    return np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)


def enlarge(small: Gray, shape: tuple[int, int]) -> Gray:
    """Scale a mask up to (H, W) without inventing values."""
    return as_gray(cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST))
