"""Lay the pictures of several figures into one."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from exhibit.contract.values import Gray

MOST_RECALLED = 4
"""Of more figures the largest are recalled; the ink of the others is left to the generator."""
_FINE_PX = 256


def drawn_side(side_px: int) -> int:
    """Return at which side to draw what is to be shown at `side_px`: fine lines need 256 pixels."""
    return max(side_px, _FINE_PX)


def together(pictures: Sequence[Gray], side_px: int) -> Gray:
    """Lay pictures over each other; where they overlap, the darker one is seen.

    Args:
        pictures: each (P, P) uint8, P the `drawn_side` of the result.
        side_px: side of the result; paper without pictures.

    Returns:
        (side_px, side_px) uint8, read-only.
    """
    side = drawn_side(side_px)
    laid = np.full((side, side), 255, np.uint8)
    for picture in pictures:
        np.minimum(laid, picture, out=laid)
    if side != side_px:
        laid = np.asarray(cv2.resize(laid, (side_px, side_px), interpolation=cv2.INTER_AREA))
    laid.setflags(write=False)
    return laid
