"""How the engine sees the table: frames straightened, the map to the square, the border marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np

from exhibit.camera.mark_watch import Drift, MarkWatch
from exhibit.camera.straighten import Straightener
from exhibit.contract.border_marks import MARK_MM, QUIET_MM
from exhibit.contract.calibration import Calibration, CameraFormat, camera_misfit
from exhibit.contract.calibration.maps import camera_view, square_to_table
from exhibit.contract.geometry import Matrix, Points, mounting, project
from exhibit.contract.values import Frame, Gray, TableLight

_CARD = 1.0 + 2.0 * (QUIET_MM + 1.0) / MARK_MM
"""Side of a mark's paper and its cut edge, in sides of the mark."""


class TableView:
    """What calibration makes of the frames of one camera; nothing where it does not fit them.

    Attributes:
        misfit: why the calibration is not used; empty where it is, or there is none.
        square: (3, 3) from pixels of what `straighten` returns to the unit square of ink and
            picture; None without calibration.

    Args:
        calibration: measured on frames turned to the visitor's side.
        seen_by: the camera, and its frames.
        mirrored: frames come mirrored.
    """

    def __init__(self, calibration: Calibration, seen_by: CameraFormat, mirrored: bool) -> None:
        self.misfit = camera_misfit(calibration, seen_by, mirrored)
        self.square: Matrix | None = None
        self._straightener: Straightener | None = None
        self._watch: MarkWatch | None = None
        self._marks: Gray | None = None
        camera, view = calibration.camera, camera_view(calibration)
        if camera is None or view is None or self.misfit:
            return
        if view.lens is None:
            to_table = view.camera_to_table @ mounting(*view.size_px, mirrored, 0)
        else:
            self._straightener = Straightener(view, calibration.table_mm, mirrored)
            to_table = self._straightener.to_table
        self.square = np.asarray(np.linalg.inv(square_to_table(calibration)) @ to_table)
        if camera.marks:
            marks = {mark.id: np.array(mark.corners_mm, np.float64) for mark in camera.marks}
            self._watch = MarkWatch(view, marks, mirrored)
            to_frame = np.asarray(np.linalg.inv(to_table))
            self._marks = _where(marks.values(), to_frame, view.size_px)

    def straighten(self, frame: Frame) -> Frame:
        """Return a frame as ink is looked for in it: without what the lens and the pose do.

        Border marks are covered: where no edge of a sheet is seen they would pass for ink.
        """
        if self._marks is not None and frame.pixels.shape == self._marks.shape:
            frame = replace(frame, covered=self._marks)
        if self._straightener is None:
            return frame
        return replace(frame, pixels=self._straightener(frame.pixels), truth=None)

    def straighten_light(self, light: TableLight | None) -> TableLight | None:
        """Return what calibration saw of the light, as straight frames show it."""
        if light is None or self._straightener is None:
            return light
        return self._straightener.straighten_light(light)

    def watch(self, frame: Frame) -> None:
        """Look at the border marks of a frame as it came, where it is time to."""
        if self._watch is not None:
            self._watch.look(frame.pixels, frame.captured_at)

    def drift(self, now: float) -> Drift:
        """Return what the border marks say."""
        return Drift() if self._watch is None else self._watch.tell(now)

    @property
    def drift_mm(self) -> float | None:
        """How far the table seems to have moved, None where no marks are seen."""
        return None if self._watch is None else self._watch.drift_mm


def _where(marks: Iterable[Points], to_frame: Matrix, size_px: tuple[int, int]) -> Gray:
    """Return (H, W) uint8, 1 where marks and their paper lie, given their corners (4, 2) in mm."""
    mask = np.zeros(size_px[::-1], np.uint8)
    for corners in marks:
        middle = corners.mean(axis=0)
        card = project(to_frame, middle + _CARD * (corners - middle)) - 0.5
        cv2.fillConvexPoly(mask, np.round(card).astype(np.int32), 1)
    mask.setflags(write=False)
    return mask
