"""Finding the printed marks in the camera's frames: where the camera sees the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.printed_sheet import SHEETS, Sheet, dictionary, mark_corners
from exhibit.contract.calibration import CameraCalibration, Rows
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Matrix, Points, project
from exhibit.contract.values import Gray

LARGEST_ERROR_MM = 1.5
"""Above it the sheet was not flat, was moved, or the lens bends lines."""
_MARKS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A sheet in one frame: `corners` (16, 2) in frame pixels, four for every mark in turn."""

    sheet: Sheet
    corners: Points


def find_sheet(pixels: Gray) -> Sighting | None:
    """Look for the four marks of a sheet.

    Args:
        pixels: (H, W) uint8, a frame turned to the visitor's side; a mirrored mark is no mark.

    Returns:
        None unless all four marks of one sheet were found.
    """
    found = _find_marks(pixels)
    for sheet in SHEETS.values():
        if all(number in found for number in sheet.ids):
            return Sighting(sheet, np.concatenate([found[number] for number in sheet.ids]))
    return None


def calibrate_camera(frames: Sequence[Gray], mirrored: bool) -> tuple[Sheet, CameraCalibration]:
    """Return which sheet lies on the table and how the camera sees it.

    Args:
        frames: (H, W) uint8 each, as they come from the camera.
        mirrored: `camera.mirrored`: frames are flipped to the visitor's side first.

    Raises:
        CalibrationError: no frame shows all four marks, they are seen from the wrong side, or
            they do not lie on a plane.
    """
    turned = [_turned(frame, mirrored) for frame in frames]
    sightings = [sighting for frame in turned if (sighting := find_sheet(frame))]
    if not sightings:
        raise CalibrationError(_why_not(turned, mirrored))
    sheet = sightings[-1].sheet
    corners = np.median([s.corners for s in sightings if s.sheet is sheet], axis=0)
    table = np.concatenate(list(mark_corners(sheet).values()))
    # Every corner of every mark: sixteen points for eight unknowns.
    found, _ = cv2.findHomography(corners, table)
    camera_to_table: Matrix = np.asarray(found, np.float64)
    error_mm = float(np.linalg.norm(project(camera_to_table, corners) - table, axis=1).max())
    if error_mm > LARGEST_ERROR_MM:
        raise CalibrationError(
            f"the marks fit a flat sheet to {error_mm:.1f} mm only, expected {LARGEST_ERROR_MM} mm "
            "or less; lay the sheet flat, do not move it, and check its ruler (100 mm)"
        )
    height, width = frames[0].shape
    return sheet, CameraCalibration(
        size_px=(width, height),
        mirrored=mirrored,
        error_mm=round(error_mm, 3),
        camera_to_table=as_rows(camera_to_table),
    )


def as_rows(matrix: Matrix) -> Rows:
    """Return a (3, 3) matrix as rows of plain numbers, for a file."""
    a, b, c = ((float(x), float(y), float(z)) for x, y, z in matrix)
    return a, b, c


def _find_marks(pixels: Gray) -> dict[int, Points]:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(dictionary(), parameters)
    corners, ids, _ = detector.detectMarkers(pixels)
    if ids is None:
        return {}
    # OpenCV counts from the middle of the first pixel, our frames of reference from its corner.
    return {
        int(number): np.asarray(quad, np.float64).reshape(4, 2) + 0.5
        for number, quad in zip(np.ravel(ids), corners, strict=True)
    }


def _turned(frame: Gray, mirrored: bool) -> Gray:
    return np.ascontiguousarray(frame[:, ::-1]) if mirrored else frame


def _why_not(turned: Sequence[Gray], mirrored: bool) -> str:
    if any(find_sheet(_turned(frame, True)) for frame in turned):
        return (
            f"the marks are seen from the wrong side: camera.mirrored is {str(mirrored).lower()}; "
            "lay the sheet with the print up, or change camera.mirrored in config.yaml"
        )
    most = max((len(_find_marks(frame)) for frame in turned), default=0)
    return (
        f"at most {most} of the {_MARKS} marks were seen in {len(turned)} frames; lay the printed "
        "sheet where visitors draw, flat and with nothing on it, in even light"
    )
