"""ArUco markers as solid shapes for a page, and the two dictionaries in use."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract import border_marks
from exhibit.contract.printed import Rectangle


def board_dictionary() -> cv2.aruco.Dictionary:
    """Return the dictionary of all boards.

    Pen drawings were never read as its markers, and none of them is its own mirror image.
    """
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_6X6_250)


def mark_dictionary() -> cv2.aruco.Dictionary:
    """Return the dictionary of border marks and cards."""
    return cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, border_marks.DICTIONARY))


def marker_shapes(
    markers: cv2.aruco.Dictionary, number: int, at_mm: tuple[float, float], side_mm: float
) -> list[Rectangle]:
    """Return the black cells of a marker, its upper left corner at a point of the page."""
    cells = markers.markerSize + 2
    cell, (left, top) = side_mm / cells, at_mm
    bits = cv2.aruco.generateImageMarker(markers, number, cells)
    return [
        (left + column * cell, top + row * cell, cell, cell)
        for row, column in np.argwhere(np.asarray(bits) == 0)
    ]
