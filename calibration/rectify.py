"""Finding the printed marks in the camera's frames: where the camera sees the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.lens import fit, largest_mm, measure_lens
from calibration.printed_sheet import SHEETS, Sheet, dictionary, mark_corners
from exhibit.contract.calibration import CameraCalibration, Rows
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Matrix, Points, project, rectangle
from exhibit.contract.values import Gray

LARGEST_ERROR_MM = 1.5
"""Above it the sheet was not flat, was moved, or the lens bends lines."""
_MARKS = 4
_LENS_EXPLAINS = 0.5
"""A lens is named where knowing it leaves less than this share of the error at the marks."""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A sheet in one frame: `corners` (16, 2) in frame pixels, four for every mark in turn."""

    sheet: Sheet
    corners: Points


def find_sheet(pixels: Gray) -> Sighting | None:
    """Look for the four marks of a sheet; of two sheets the larger one is taken.

    Args:
        pixels: (H, W) uint8, a frame turned to the visitor's side; a mirrored mark is no mark.

    Returns:
        None unless all four marks of one sheet were found, each once.
    """
    found = _find_marks(pixels)
    whole = [
        Sighting(sheet, np.concatenate([found[number][0] for number in sheet.ids]))
        for sheet in SHEETS.values()
        if all(len(found[number]) == 1 for number in sheet.ids)
    ]
    return max(whole, key=lambda sighting: _area_px(sighting.corners), default=None)


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
    height, width = frames[0].shape
    camera_to_table, error_mm = _fitted(sheet, corners, (width, height))
    return sheet, CameraCalibration(
        size_px=(width, height),
        mirrored=mirrored,
        error_mm=round(error_mm, 3),
        camera_to_table=as_rows(camera_to_table),
    )


def _fitted(sheet: Sheet, corners: Points, size_px: tuple[int, int]) -> tuple[Matrix, float]:
    """Return the map from frame to table, and its largest error anywhere on the sheet in mm.

    Args:
        sheet: what lies there.
        corners: (16, 2) frame pixels of its marks' corners.
        size_px: width and height of the frame.

    Raises:
        CalibrationError: the error is too large.
    """
    table = np.concatenate(list(mark_corners(sheet).values()))
    # Every corner of every mark: sixteen points for eight unknowns.
    camera_to_table = fit(corners, table)
    error_mm = largest_mm(project(camera_to_table, corners), table)
    lens, straight_mm = measure_lens(corners, table, size_px)
    rim = rectangle(sheet.width_mm, sheet.height_mm)
    # Four marks near the corners hide what the lens does outside of them, and between.
    edge = np.concatenate([rim, (rim + np.roll(rim, 1, axis=0)) / 2])
    table_to_straight = np.asarray(np.linalg.inv(fit(lens.straighten(corners), table)), np.float64)
    seen = lens.bend(project(table_to_straight, edge))
    rim_mm = largest_mm(project(camera_to_table, seen), edge)
    if error_mm > LARGEST_ERROR_MM and straight_mm > _LENS_EXPLAINS * error_mm:
        raise CalibrationError(
            f"the marks fit a flat sheet to {error_mm:.1f} mm only, expected {LARGEST_ERROR_MM} mm "
            "or less; lay the sheet flat, with nothing under it, and do not move it"
        )
    if max(error_mm, rim_mm) > LARGEST_ERROR_MM:
        raise CalibrationError(
            f"the lens bends straight lines: the sheet's rim would be {rim_mm:.1f} mm off, "
            f"expected {LARGEST_ERROR_MM} mm or less; take a lens of a longer focal length, "
            "farther away, or a sheet that fills less of the frame"
        )
    return camera_to_table, max(error_mm, rim_mm)


def as_rows(matrix: Matrix) -> Rows:
    """Return a (3, 3) matrix as rows of plain numbers, for a file."""
    a, b, c = ((float(x), float(y), float(z)) for x, y, z in matrix)
    return a, b, c


def _find_marks(pixels: Gray) -> dict[int, list[Points]]:
    """Return, by id, the (4, 2) corners of every mark of it; a copy of a sheet has the same ids."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(dictionary(), parameters)
    corners, ids, _ = detector.detectMarkers(pixels)
    found: dict[int, list[Points]] = defaultdict(list)
    for number, quad in zip(np.ravel(ids) if ids is not None else (), corners, strict=True):
        # OpenCV counts from the middle of the first pixel, our frames from its corner.
        found[int(number)].append(np.asarray(quad, np.float64).reshape(4, 2) + 0.5)
    return found


def _area_px(corners: Points) -> float:
    return float(cv2.contourArea(cv2.convexHull(corners.astype(np.float32))))


def _turned(frame: Gray, mirrored: bool) -> Gray:
    return np.ascontiguousarray(frame[:, ::-1]) if mirrored else frame


def _why_not(turned: Sequence[Gray], mirrored: bool) -> str:
    if any(find_sheet(_turned(frame, True)) for frame in turned):
        return (
            f"the marks are seen from the wrong side: camera.mirrored is {str(mirrored).lower()}; "
            "lay the sheet with the print up, or change camera.mirrored in config.yaml"
        )
    marks = [_find_marks(frame) for frame in turned]
    twice = {n for found in marks for n, quads in found.items() if len(quads) > 1}
    for sheet in SHEETS.values():
        if twice.intersection(sheet.ids):
            return (
                f"two {sheet.name.upper()} sheets of marks are seen; leave the one on the table "
                "that lies where visitors draw, and take the other away"
            )
    most = max((len(found) for found in marks), default=0)
    return (
        f"at most {most} of the {_MARKS} marks were seen in {len(turned)} frames; lay the printed "
        "sheet where visitors draw, flat and with nothing on it, in even light"
    )
