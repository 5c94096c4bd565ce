"""The maps that a calibration stands for: of the lens, the camera, the projector and the ink."""

from __future__ import annotations

import numpy as np

from exhibit.contract.calibration.sections import (
    Calibration,
    LensCalibration,
    ProjectorCalibration,
)
from exhibit.contract.geometry import Matrix, scaling, translation
from exhibit.contract.lens import Lens
from exhibit.contract.views import CameraView, ProjectorView


def lens_matrix(lens: LensCalibration) -> Matrix:
    """Return the (3, 3) of the camera, in continuous pixels."""
    (fx, fy), (cx, cy) = lens.focal_px, lens.centre_px
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], np.float64)


def camera_view(calibration: Calibration) -> CameraView | None:
    """Return how the camera sees the table, None if not measured."""
    camera, lens = calibration.camera, calibration.lens
    if camera is None:
        return None
    bends = None
    if camera.straightened and lens is not None:
        bends = Lens(lens_matrix(lens), lens.distortion)
    return CameraView(camera.size_px, np.array(camera.camera_to_table, np.float64), bends)


def projector_view(projector: ProjectorCalibration, table_mm: tuple[float, float]) -> ProjectorView:
    """Return how the projector lights a table of this width and height."""
    mesh = None if projector.mesh_px is None else np.array(projector.mesh_px, np.float64)
    plane = np.array(projector.table_to_projector, np.float64)
    return ProjectorView(projector.size_px, plane, table_mm, mesh)


def square_to_table(calibration: Calibration) -> Matrix:
    """Return the (3, 3) from the unit square of ink and picture to table mm.

    The square is centred on the table's area and encloses it.
    """
    width, height = calibration.table_mm
    side = max(width, height)
    corner = translation((width - side) / 2, (height - side) / 2)
    return np.asarray(corner @ scaling(side, side), np.float64)
