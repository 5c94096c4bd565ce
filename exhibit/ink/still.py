"""Ink of one photograph: no frames before it, no blank sheet, any size and any paper."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Gray


def binarise(gray: Gray) -> Gray:
    """Find ink in a photograph or scan.

    Args:
        gray: (H, W) uint8, dark ink on lighter paper.

    Returns:
        (H, W) uint8, 0 ink and 255 paper.
    """
    height, width = gray.shape
    side = max(3, round(0.03 * max(height, width)) | 1)
    closed = cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = np.maximum(cv2.blur(closed, (side, side)), 8)
    ratio = cv2.divide(gray, paper, scale=255.0)
    if int(ratio.max()) - int(ratio.min()) < 20:
        return np.full_like(gray, 255)
    _, mask = cv2.threshold(ratio, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(mask, np.uint8)
