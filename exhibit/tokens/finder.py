"""Markers in one frame: which, and where."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract import token_card
from exhibit.contract.values import Gray

_WIDTH_PX = 320
"""Frames are looked at this wide: a marker of 40 mm is then about 38 pixels wide."""
_WINDOW_PX = 19
"""Side of the window that tells dark from bright: wider than a cell of a marker."""
_SMALLEST, _LARGEST = 0.28, 1.0
"""Outline of a marker as a share of the frame's longer side; it is about 0.47 at the table."""
_STRAIGHT = 0.06
"""How far a side of a marker may be from straight, as a share of its outline."""
_LINE: Gray = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)), np.uint8)
"""Lines that fit into it are taken away; the cells of a marker do not."""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A marker in a frame.

    Args:
        number: of the marker.
        corners: (4, 2) float64 in frame pixels, the middle of the first (0.5, 0.5), clockwise from
            the upper left one as the token's reader sees it.
    """

    number: int
    corners: NDArray[np.float64]


class MarkerFinder:
    """Finds markers in frames.

    Args:
        mirrored: the camera looks from below, so that it sees markers in a mirror, in which they
            cannot be read: frames are turned over first.
        dictionary: OpenCV's name of the markers' dictionary.
    """

    def __init__(self, mirrored: bool, dictionary: str = token_card.DICTIONARY) -> None:
        self._mirrored = mirrored
        markers = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, dictionary))
        self._detector = cv2.aruco.ArucoDetector(markers, _parameters())

    def find(self, pixels: Gray) -> list[Sighting]:
        """Return the markers in a frame, (H, W) uint8."""
        height, width = pixels.shape
        shrink = max(1.0, width / _WIDTH_PX)
        size = (round(width / shrink), round(height / shrink))
        small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        if self._mirrored:
            small = np.asarray(cv2.flip(small, 1), np.uint8)
        seen = self._read(small)
        # The same without thin dark lines: a token may lie on the drawing, whose lines cross it.
        without_lines = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _LINE)
        for number, corners in self._read(np.asarray(without_lines, np.uint8)).items():
            seen.setdefault(number, corners)
        scale = (width / size[0], height / size[1])
        return [Sighting(n, self._in_frame(at, size[0]) * scale) for n, at in seen.items()]

    def _read(self, small: Gray) -> dict[int, NDArray[np.float64]]:
        """Return the corners (4, 2) of the markers in a reduced frame by number."""
        corners, numbers, _ = self._detector.detectMarkers(small)
        found: dict[int, NDArray[np.float64]] = {}
        # Numbers come in one dimension or in two, as OpenCV's version has it.
        for quad, number in zip(corners, () if numbers is None else np.ravel(numbers), strict=True):
            found.setdefault(int(number), np.asarray(quad, np.float64).reshape(4, 2))
        return found

    def _in_frame(self, corners: NDArray[np.float64], width: int) -> NDArray[np.float64]:
        """Turn corners in a reduced frame over again; the middle of its first pixel is 0.5."""
        at = corners + 0.5
        if self._mirrored:
            at[:, 0] = width - at[:, 0]
        return at


def _parameters() -> cv2.aruco.DetectorParameters:
    """Return what finds a token of the usual size, and does not look for others."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin = parameters.adaptiveThreshWinSizeMax = _WINDOW_PX
    parameters.minMarkerPerimeterRate = _SMALLEST
    parameters.maxMarkerPerimeterRate = _LARGEST
    parameters.polygonalApproxAccuracyRate = _STRAIGHT
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_NONE
    return parameters
