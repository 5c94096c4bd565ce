"""The outer contour of a drawing, or of ink."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Gray

_CLOSED_GAP = 0.07
"""Gaps in an outline that are taken for closed, as a share of the drawing's side."""


def contour_of(drawing: Gray) -> Gray:
    """Draw the outer contour of a drawing: what a visitor would draw first of it.

    Args:
        drawing: (R, R) uint8, 0 ink .. 255 paper.

    Returns:
        (R, R) uint8, lines 2 px wide on paper.
    """
    gap = max(3, round(_CLOSED_GAP * drawing.shape[0]) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (gap, gap))
    dark = np.asarray(drawing < 128, np.uint8)
    room = cv2.copyMakeBorder(dark, gap, gap, gap, gap, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(room, cv2.MORPH_CLOSE, kernel)[gap:-gap, gap:-gap]
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    drawn = np.full_like(drawing, 255)
    cv2.drawContours(drawn, contours, -1, 0, 2)
    return drawn
