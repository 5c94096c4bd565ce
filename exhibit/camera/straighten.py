"""Frames straightened: the lens taken out and the table laid flat, in millimetres, by one map."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np

from exhibit.contract.geometry import Matrix, Points, mounting, project, scaling, translation
from exhibit.contract.lens import over_pixels
from exhibit.contract.values import Gray, TableLight
from exhibit.contract.views import CameraView

_STEP_PX = 4
_AROUND = 1.12
"""The straight frame shows the table's area and so much more of what lies around it: the sheet's
own edge is looked for there."""


class Straightener:
    """Makes every frame a view from straight above, as large and as mirrored as it came.

    Everything after it may take the frame for a picture of the table in millimetres. What the
    camera does not see there looks like the nearest that it does.

    Attributes:
        to_table: (3, 3) from pixels of a straight frame as it leaves to mm; holds the flip.
        maps: of OpenCV's `remap`, from straight frames to frames as they come.

    Args:
        view: how the camera sees the table.
        table_mm: width and height of the table's area.
        mirrored: frames come mirrored, and leave so.
    """

    def __init__(self, view: CameraView, table_mm: tuple[float, float], mirrored: bool) -> None:
        width, height = view.size_px
        self._size = (height, width)
        self.to_table = _flat(view.size_px, table_mm) @ mounting(width, height, mirrored, 0)
        source = partial(_seen_at, view, self.to_table, mirrored)
        at = over_pixels(source, view.size_px, _STEP_PX) - np.float32(0.5)
        # Of real numbers: since OpenCV 5 they are faster than fixed-point maps, and exact.
        self.maps = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])

    def __call__(self, pixels: Gray) -> Gray:
        """Return a frame (H, W) uint8 straightened.

        Raises:
            ValueError: the frame has another size than the camera was calibrated with.
        """
        if pixels.shape != self._size:
            raise ValueError(f"frame of {pixels.shape} pixels, expected {self._size}")
        straight = cv2.remap(pixels, *self.maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(straight, np.uint8)

    def straighten_light(self, light: TableLight) -> TableLight:
        """Return what calibration saw of the light as straight frames show it."""
        if light.blank.shape != self._size:
            return light
        return TableLight(self(light.blank), None if light.dark is None else self(light.dark))


def _seen_at(view: CameraView, to_table: Matrix, mirrored: bool, pixels: Points) -> Points:
    """Return (n, 2) pixels of a frame as it comes that straight pixels show."""
    seen = view.to_frame(project(to_table, pixels))
    if mirrored:
        seen[:, 0] = view.size_px[0] - seen[:, 0]
    return seen


def _flat(size_px: tuple[int, int], table_mm: tuple[float, float]) -> Matrix:
    """Return the map from pixels of an upright straight frame to mm: the table in its middle."""
    mm_per_px = _AROUND * max(table_mm[0] / size_px[0], table_mm[1] / size_px[1])
    corner = (np.asarray(table_mm) - np.multiply(size_px, mm_per_px)) / 2
    return np.asarray(translation(*corner) @ scaling(mm_per_px, mm_per_px), np.float64)
