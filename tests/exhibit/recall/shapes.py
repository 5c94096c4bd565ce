"""Drawings and inks that are easy to tell apart."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Find, Gray

SIDE = 256


def blank(side: int = SIDE) -> Gray:
    """An empty sheet."""
    return np.full((side, side), 255, np.uint8)


def ring() -> Gray:
    """A ring with a knob at its upper left."""
    drawing = blank()
    cv2.circle(drawing, (140, 140), 100, 0, 3, cv2.LINE_AA)
    cv2.circle(drawing, (50, 50), 40, 0, 3, cv2.LINE_AA)
    return drawing


def house() -> Gray:
    """A square with a gable and a door at the right."""
    drawing = blank()
    outline = [(40, 240), (40, 110), (128, 20), (216, 110), (216, 240), (40, 240)]
    cv2.polylines(drawing, [np.array(outline)], False, 0, 3, cv2.LINE_AA)
    cv2.rectangle(drawing, (150, 170), (190, 240), 0, 3, cv2.LINE_AA)
    return drawing


def wave() -> Gray:
    """A wave across the sheet, higher to the right."""
    x = np.arange(10, 246)
    y = 128 + x / 4 * np.sin(x / 16)
    drawing = blank()
    points = np.stack([x, y], axis=1).round().astype(np.int32)
    cv2.polylines(drawing, [points], False, 0, 3, cv2.LINE_AA)
    return drawing


def hatching() -> Gray:
    """A square full of crossing lines, which a part of any sketch lies on."""
    drawing = blank()
    for at in range(20, 240, 6):
        cv2.line(drawing, (at, 20), (at, 236), 0, 1)
        cv2.line(drawing, (20, at), (236, at), 0, 1)
        cv2.line(drawing, (20, at), (at, 20), 0, 1)
        cv2.line(drawing, (at, 20), (236, 256 - at), 0, 1)
    return drawing


def laid(drawing: Gray, find: Find, side: int = 128) -> Gray:
    """Lay a drawing where a find says, as ink of the table would have it there."""
    seen = drawing[:, ::-1] if find.mirrored else drawing
    factor = find.scale * side / drawing.shape[0]
    blurred = cv2.GaussianBlur(seen, (0, 0), max(0.3 / factor, 0.3))
    x, y = (float(value) * side for value in find.offset)
    matrix = np.array([[factor, 0, x], [0, factor, y]], np.float32)
    return np.asarray(cv2.warpAffine(blurred, matrix, (side, side), borderValue=255), np.uint8)


def small(drawing: Gray, side: int = 128) -> Gray:
    """Return a drawing as ink that fills the sheet."""
    return laid(drawing, Find(0, False, 1.0, np.zeros(2, np.float32), 0.0), side)
