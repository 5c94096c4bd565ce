"""Small steps that every part of ink takes with OpenCV, with the types they have."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray

Homography = NDArray[np.float64]
Box = tuple[slice, slice]
"""Rows and columns of a picture."""
WHOLE: Box = np.s_[:, :]
"""All rows and columns."""
Places = NDArray[np.intp]
"""Places in a picture, counted row by row, or rows or columns of places."""

_WORD, _REPEATED = 4, np.uint32(0x01010101)
"""Bytes of a word, and what makes a word of one byte repeated."""


def as_gray(values: Any) -> Gray:
    """Return an array, of truth values for instance, as uint8."""
    return np.asarray(values, np.uint8)


def length_of(x: NDArray[Any], y: NDArray[Any]) -> Floats:
    """Return the lengths (h, w) of vectors given by their parts (h, w), float32.

    What `cv2.magnitude` gives depends in its last bit on where in memory it is written to
    (`findings/opencv-magnitude-depends-on-where-it-writes.sh`).
    """
    return np.asarray(np.sqrt(x * x + y * y), np.float32)


@cache
def ellipse(reach: int) -> Gray:
    """Return a round kernel that reaches `reach` pixels from its middle."""
    side = 2 * reach + 1
    return as_gray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


@cache
def square(side: int) -> Gray:
    """Return a square kernel."""
    return np.ones((side, side), np.uint8)


def dilated(mask: Gray, reach: int) -> Gray:
    """Return a mask (h, w) uint8, 1 there, wider by a round kernel; fast where little is marked."""
    result = np.zeros_like(mask)
    box = box_around(mask, reach)
    if box is not None:
        result[box] = cv2.dilate(mask[box], ellipse(reach))
    return result


def closed(mask: Gray, reach: int) -> Gray:
    """Return a mask (h, w) uint8, 1 there, with gaps closed that a round kernel does not fit in."""
    result = np.zeros_like(mask)
    box = box_around(mask, 2 * reach)
    if box is not None:
        result[box] = cv2.morphologyEx(mask[box], cv2.MORPH_CLOSE, ellipse(reach))
    return result


def box_around(mask: Gray, margin: int) -> Box | None:
    """Return the rows and columns around what a mask marks, or None where that is nothing."""
    x, y, width, height = cv2.boundingRect(mask)
    if width == 0:
        return None
    top, left = max(0, y - margin), max(0, x - margin)
    return np.s_[top : y + height + margin, left : x + width + margin]


def perspective(source: NDArray[np.float32], target: NDArray[np.float32]) -> Homography:
    """Return the homography (3, 3) that takes four points (4, 2) to four others."""
    return np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)


def enlarge(small: Gray, shape: tuple[int, int]) -> Gray:
    """Scale a mask up to (H, W) without inventing values."""
    height, width = shape
    # Whole words and rows are copied much faster than OpenCV looks up every pixel.
    if width == _WORD * small.shape[1]:
        wide = as_gray((small * _REPEATED).view(np.uint8))
    else:
        wide = as_gray(cv2.resize(small, (width, small.shape[0]), interpolation=cv2.INTER_NEAREST))
    return wide[_rows(height, small.shape[0])]


@cache
def _rows(height: int, of: int) -> NDArray[np.intp]:
    """Return the row of a picture `of` rows high that each row of a higher one lies in."""
    return np.arange(height) * of // height


def at_least(pixels: Gray, least: float) -> Gray:
    """Return the larger of each pixel and a grey level (0..255), cut to a whole number."""
    # NumPy compares two arrays ten times faster than an array and a number.
    return np.maximum(pixels, np.full_like(pixels, int(least)))


def places_of(mask: Gray | NDArray[np.bool_]) -> Places:
    """Return the places of what a mask (H, W) marks with 1, in order."""
    return np.flatnonzero(mask.view(np.bool_))


def joined(one: Box | None, other: Box | None) -> Box | None:
    """Return the rows and columns around two boxes, None where both are."""
    if one is None or other is None:
        return one or other
    rows, columns = (
        slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other, strict=True)
    )
    return rows, columns


def above(pixels: Gray, level: float) -> Gray:
    """Return 255 where a pixel is brighter than a grey level, else 0."""
    return as_gray(cv2.threshold(pixels, level, 255.0, cv2.THRESH_BINARY)[1])


def middle(values: NDArray[np.floating[Any]]) -> float:
    """Return the upper median, without the checks that make NumPy's slow for few values."""
    half = values.size // 2
    return float(np.partition(values, half)[half])


def label_type(shape: tuple[int, ...]) -> int:
    """Return the smallest type for labels of connected pieces (8 neighbours) in (H, W) pixels."""
    most = ((shape[0] + 1) // 2) * ((shape[1] + 1) // 2)
    return cv2.CV_16U if most < 65535 else cv2.CV_32S
