"""The border marks in one frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract import border_marks
from exhibit.contract.values import Gray

Corners = NDArray[np.float64]


class BorderMarkFinder:
    """Finds the marks that stay on the table, in frames turned to the visitor's side."""

    def __init__(self) -> None:
        parameters = cv2.aruco.DetectorParameters()
        # The best of OpenCV's for the middle and the angle of a marker, and not shifted.
        parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_CONTOUR
        markers = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, border_marks.DICTIONARY))
        self._detector = cv2.aruco.ArucoDetector(markers, parameters)

    def find(self, turned: Gray) -> dict[int, Corners]:
        """Return by id the corners (4, 2) of every mark in a frame (H, W) uint8.

        In continuous pixels, clockwise from the mark's own upper left. A mark that is there twice
        is left out: one of them is a copy.
        """
        corners, ids, _ = self._detector.detectMarkers(turned)
        numbers = () if ids is None else tuple(int(number) for number in np.ravel(ids))
        return {
            # OpenCV counts from the middle of the first pixel, our frames from its corner.
            number: np.asarray(quad, np.float64).reshape(4, 2) + 0.5
            for number, quad in zip(numbers, corners, strict=True)
            if number in border_marks.IDS and numbers.count(number) == 1
        }
