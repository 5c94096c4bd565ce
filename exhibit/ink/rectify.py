"""From the frame to the ink square: the sheet as the visitor sees it.

Frame pixels are OpenCV's here: the middle of the first one is (0, 0). Maps of a calibration are
continuous: the middle of the first pixel is (0.5, 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.geometry import scaling, translation
from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import Homography, as_gray, box_around, perspective
from exhibit.ink.planes import Planes, planes_of

_COVERED = 105
"""Of 255: where the widened line counts as ink."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """How the camera sees the table.

    Args:
        mirrored: the camera looks from below.
        calibrated: (3, 3) from pixels of the frame to the unit square of ink and picture, flip
            included, or None where nothing is calibrated.
    """

    mirrored: bool
    calibrated: Homography | None

    def frame_to_square(self, corners: Floats) -> Homography:
        """Return the map (3, 3) from frame pixels, the middle of the first (0, 0), to the square.

        Args:
            corners: (4, 2) of the sheet, which fills the square where nothing is calibrated.
        """
        if self.calibrated is None:
            return square_from_outline(corners, self.mirrored)
        return np.asarray(self.calibrated @ translation(0.5, 0.5), np.float64)


def outline_of_frame(shape: tuple[int, int]) -> Floats:
    """Return the frame's own corners (4, 2): top left, top right, bottom right, bottom left."""
    height, width = shape
    corners = [[0, 0], [width, 0], [width, height], [0, height]]
    return np.array(corners, np.float32) - np.float32(0.5)


def square_from_outline(corners: Floats, mirrored: bool) -> Homography:
    """Return the map from frame pixels to the unit square that holds the whole sheet.

    The sheet keeps its proportions and lies in the middle, its longer side as long as the square.

    Args:
        corners: (4, 2) float32 in frame pixels: top left, top right, bottom right, bottom left
            in the frame.
        mirrored: the camera sees the sheet from below.
    """
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = float(sides[0] + sides[2]), float(sides[1] + sides[3])
    right, down = 0.5 * width / max(width, height), 0.5 * height / max(width, height)
    target = np.array([[-right, -down], [right, -down], [right, down], [-right, down]]) + 0.5
    if mirrored:
        target[:, 0] = 1.0 - target[:, 0]
    return perspective(corners, target.astype(np.float32))


class InkSquare:
    """Brings ink of one sheet in one pose to the bundle's size and stroke width."""

    def __init__(self, frame_to_square: Homography, size: int, stroke_width_px: float) -> None:
        side = 2 * size
        self._matrix = scaling(side, side) @ frame_to_square
        self._matrix = translation(-0.5, -0.5) @ self._matrix
        self._size, self._stroke_width_px = size, stroke_width_px
        self._drawn: list[tuple[Gray, Planes]] = []

    def draw(self, ink: Gray) -> Planes:
        """Return what the network gets for ink (H, W) uint8, 1 ink."""
        side = 2 * self._size
        # Widened a little, a line of one pixel is not lost between the samples.
        wide = _widened(ink) if max(ink.shape) > side else ink * 255
        warped = cv2.warpPerspective(wide, self._matrix, (side, side))
        mask = as_gray(warped <= _COVERED) * np.uint8(255)
        # What is seen and what has settled are often the same, and single pixels change nothing.
        for known, planes in self._drawn:
            if np.array_equal(known, mask):
                return planes
        planes = planes_of(mask, self._size, self._stroke_width_px, despeckle=0.0)
        for plane in (planes.lines, planes.mass):
            plane.setflags(write=False)
        self._drawn = [*self._drawn[-1:], (mask, planes)]
        return planes


def _widened(ink: Gray) -> Gray:
    """Return ink (H, W) uint8, 1 ink, blurred by a pixel on each side, 255 in the middle."""
    wide = np.zeros_like(ink)
    box = box_around(ink, 2)
    if box is not None:
        wide[box] = cv2.blur(ink[box] * np.uint8(255), (3, 3))
    return wide
