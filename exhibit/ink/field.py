"""The light on the table: what the paper's brightness would be without lines."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Frame, Gray
from exhibit.ink.images import WHOLE, Box, as_gray, at_least

SHRINK = 4
"""The paper's level is smooth: it is found on a picture this many times smaller."""
_LINE_KERNEL = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))


def check_frame(frame: Frame) -> None:
    """Refuse a frame that is not (H, W) uint8, with InputError."""
    pixels = frame.pixels
    if pixels.ndim != 2 or pixels.dtype != np.uint8 or pixels.size == 0:
        raise InputError(
            f"frame {frame.sequence}: {pixels.shape} {pixels.dtype}; expected (H, W) uint8"
        )


def shrink(pixels: Gray) -> tuple[Gray, Gray]:
    """Average a frame down by `SHRINK`; a line becomes at most a few pixels wide.

    Args:
        pixels: (H, W) uint8.

    Returns:
        (2 h, 2 w) uint8, the frame at half its size, and (h, w) uint8.
    """
    height, width = pixels.shape
    small = (max(1, round(width / SHRINK)), max(1, round(height / SHRINK)))
    # Halving twice is several times faster than a quarter at once.
    half = cv2.resize(pixels, (2 * small[0], 2 * small[1]), interpolation=cv2.INTER_AREA)
    return as_gray(half), as_gray(cv2.resize(half, small, interpolation=cv2.INTER_AREA))


def shrink_mask(mask: Gray) -> Gray:
    """Return, 1 there, the cells that a mask (H, W) uint8 of ones touches."""
    height, width = mask.shape
    small = (max(1, round(width / SHRINK)), max(1, round(height / SHRINK)))
    shares = cv2.resize(mask * np.uint8(255), small, interpolation=cv2.INTER_AREA)
    return as_gray(shares > 0)


def paper_level(small: Gray) -> Gray:
    """Remove lines: a closing lifts everything narrower than its kernel to its surroundings.

    Args:
        small: (h, w) uint8 from `shrink`.

    Returns:
        (h, w) uint8, brightness of the paper (or hand, or table) at each place.
    """
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _LINE_KERNEL)
    return np.asarray(cv2.blur(closed, (3, 3)), np.uint8)


def contrast(pixels: Gray, level: Gray, least_light: float, box: Box = WHOLE) -> Gray:
    """Return how much darker each pixel is than the paper around it.

    Args:
        pixels: (H, W) uint8.
        level: (h, w) uint8 from `paper_level`.
        least_light: grey level; darker paper counts as this bright, so that noise does not grow
            where an LED is dead.
        box: rows and columns that are looked at, all if left out.

    Returns:
        (H, W) uint8, 255·(paper − pixel)/paper; 0 where the pixel is brighter than paper, and
        outside the box.
    """
    height, width = pixels.shape
    paper = as_gray(cv2.resize(level, (width, height), interpolation=cv2.INTER_LINEAR))
    found = np.zeros_like(pixels)
    darker = cv2.subtract(paper[box], pixels[box])
    light = at_least(paper[box], min(255.0, max(1.0, least_light)))
    cv2.divide(darker, light, found[box], 255.0)
    return found
