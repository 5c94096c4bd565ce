"""Thinning of binary ink to centre lines one pixel wide."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from exhibit.contract.values import Gray

_WEIGHTS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)
"""Bit of each neighbour, clockwise from the one above (P2 .. P9 of the paper)."""


def thin(ink: Gray) -> Gray:
    """Thin ink to its centre lines, keeping every connection.

    Args:
        ink: (H, W) uint8, 1 ink and 0 paper.

    Returns:
        (H, W) uint8, 1 on centre lines one pixel wide.

    Source: Guo and Hall, "Parallel thinning with two-subiteration algorithms", CACM 32(3), 1989,
        algorithm A1; each sub-iteration is one look-up of the 8 neighbours' bits.
    """
    lines = ink.copy()
    first, second = _keep_tables()
    left = cv2.countNonZero(lines)
    while True:
        for table in (first, second):
            code = cv2.filter2D(lines, cv2.CV_8U, _WEIGHTS, borderType=cv2.BORDER_CONSTANT)
            lines &= np.asarray(cv2.LUT(code, table), np.uint8)
        before, left = left, cv2.countNonZero(lines)
        if left == before:
            return lines


@cache
def _keep_tables() -> tuple[Gray, Gray]:
    """Return, for both sub-iterations, 0 where a pixel with these 8 neighbours is deleted."""
    codes = np.arange(256)
    p2, p3, p4, p5, p6, p7, p8, p9 = (((codes >> bit) & 1).astype(bool) for bit in range(8))
    transitions = (
        (~p2 & (p3 | p4)).astype(int) + (~p4 & (p5 | p6)) + (~p6 & (p7 | p8)) + (~p8 & (p9 | p2))
    )
    pairs_one = (p9 | p2).astype(int) + (p3 | p4) + (p5 | p6) + (p7 | p8)
    pairs_two = (p2 | p3).astype(int) + (p4 | p5) + (p6 | p7) + (p8 | p9)
    pairs = np.minimum(pairs_one, pairs_two)
    removable = (transitions == 1) & (pairs >= 2) & (pairs <= 3)
    first = removable & ~((p6 | p7 | ~p9) & p8)
    second = removable & ~((p2 | p3 | ~p5) & p4)
    return (~first).astype(np.uint8), (~second).astype(np.uint8)
