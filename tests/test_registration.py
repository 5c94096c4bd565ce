"""Light must fall on ink: one line, from the table through camera, ink and stage back to the table.

Camera and projector hang askew, the camera sees the table mirrored and the projector shows it
mirrored; a flip or shift anywhere between the parts moves the light off the line.

Spans calibration, camera, ink and stage.
"""

from datetime import UTC, datetime
from itertools import pairwise

import cv2
import numpy as np
import pytest

from calibration.table import as_rows
from exhibit.contract.calibration import (
    Calibration,
    CameraCalibration,
    CameraFormat,
    LensCalibration,
    Made,
    ProjectorCalibration,
)
from exhibit.contract.calibration.maps import camera_view, projector_view
from exhibit.contract.geometry import Points, homography, mounting, project, rectangle
from exhibit.contract.lens import Lens
from exhibit.contract.settings.schema import InkConfig, StageConfig
from exhibit.contract.values import Frame
from exhibit.contract.views import CameraView
from exhibit.engine.table_view import TableView
from exhibit.ink import make_extractor
from exhibit.stage.mount import Mount
from exhibit.stage.placement import place

TABLE_MM = (297.0, 210.0)
SEEN_BY = CameraFormat(name="/dev/v4l/by-id/a-camera", fourcc="GREY", size_px=(640, 480))
FRAME_PX, WINDOW_PX = (640, 480), (1280, 800)
INK_PX, STROKE_WIDTH_PX = 128, 2.0
IN_FRAME = np.array([[60, 70], [590, 40], [600, 440], [40, 420]], np.float64)
IN_STAGE = np.array([[250, 120], [1010, 90], [1050, 690], [200, 660]], np.float64)
LINE_MM = np.array([[70, 60], [70, 110], [130, 110]], np.float64)
"""An L: no flip or turn leaves it where it is."""

CALIBRATION = Calibration(
    table_mm=TABLE_MM,
    camera=CameraCalibration(
        size_px=FRAME_PX,
        mirrored=True,
        error_mm=0.0,
        camera_to_table=as_rows(homography(IN_FRAME, rectangle(*TABLE_MM))),
    ),
    projector=ProjectorCalibration(
        size_px=WINDOW_PX,
        mirror=True,
        rotate=0,
        table_to_projector=as_rows(homography(rectangle(*TABLE_MM), IN_STAGE)),
    ),
)


LENS = Lens(np.array([[610.0, 0, 322], [0, 610, 238], [0, 0, 1]]), (-0.30, 0.05, 0, 0, 0))
BENT = CALIBRATION.model_copy(
    update={
        "lens": LensCalibration(
            made=Made(at=datetime(2026, 1, 2, tzinfo=UTC), opencv="5.0.0"),
            seen_by=SEEN_BY,
            mirrored=True,
            focal_px=(610.0, 610.0),
            centre_px=(322.0, 238.0),
            distortion=LENS.distortion,
            focal_uncertainty_px=(1.0, 1.0),
            centre_uncertainty_px=(1.0, 1.0),
            distortion_uncertainty=(0.0, 0.0, 0.0, 0.0, 0.0),
            error_px=0.1,
            views=12,
            views_dropped=0,
        ),
        "camera": CALIBRATION.camera.model_copy(update={"straightened": True}),
        "projector": CALIBRATION.projector.model_copy(
            update={"method": "mesh", "mesh_px": tuple((9.0 - n, 3.0 * (n % 3)) for n in range(9))}
        ),
    }
)
"""The same table through a lens that bends lines by several millimetres, and with a mesh."""


def seen_from_below(calibration: Calibration) -> np.ndarray:
    """Return a frame (480, 640) of the sheet with the line, as the camera below gets it."""
    view = camera_view(calibration)
    assert view is not None
    frame = np.full(FRAME_PX[::-1], 60, np.uint8)
    sheet = drawn(rectangle(*TABLE_MM)[[0, 1, 2, 3, 0]], view)
    cv2.fillPoly(frame, [sheet], 180, cv2.LINE_AA, shift=4)
    cv2.polylines(frame, [drawn(LINE_MM, view)], False, 70, 3, cv2.LINE_AA, shift=4)
    return np.ascontiguousarray(cv2.GaussianBlur(frame, (0, 0), 0.8)[:, ::-1])


def drawn(corners_mm: Points, view: CameraView) -> np.ndarray:
    """Return a path in sixteenths of frame pixels, so fine that a lens may bend it."""
    shares = np.linspace(0, 1, 50)[:, None]
    legs = pairwise(corners_mm)
    path = np.concatenate([a + shares * (b - a) for a, b in legs])
    return np.rint((view.to_frame(path) - 0.5) * 16).astype(np.int32)


def ink_of(frame: np.ndarray, calibration: Calibration) -> np.ndarray:
    """Return the ink that the engine's extractor finds in a frame that stays the same."""
    view = TableView(calibration, SEEN_BY, mirrored=True)
    assert view.misfit == ""
    config = InkConfig(settle_ms=0)
    extractor = make_extractor(config, INK_PX, STROKE_WIDTH_PX, view.square, mirrored=True)
    for sequence in range(20):
        ink = extractor.extract(view.straighten(Frame(sequence, sequence / 30, frame)))
    return ink.settled


def dark_points(light: np.ndarray) -> Points:
    rows, columns = np.nonzero(light < 128)
    return np.column_stack([columns, rows]) + 0.5


def off_the_line_mm(points: Points) -> np.ndarray:
    """Return the distance in mm of every point on the table from the line that was drawn."""
    start, corner, end = LINE_MM
    legs = [(start, corner), (corner, end)]
    distances = []
    for a, b in legs:
        along = np.clip(((points - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
        distances.append(np.linalg.norm(points - (a + along[:, None] * (b - a)), axis=1))
    return np.min(distances, axis=0)


@pytest.mark.parametrize("calibration", [CALIBRATION, BENT], ids=["plane", "bent"])
def test_light_falls_on_the_line_that_was_drawn(calibration: Calibration) -> None:
    ink = ink_of(seen_from_below(calibration), calibration)
    window = Mount(place(*WINDOW_PX, StageConfig(mirror=True), calibration))(ink)
    on_stage = project(np.linalg.inv(mounting(*WINDOW_PX, True, 0)), dark_points(window))
    on_table = projector_view(calibration.projector, TABLE_MM).to_table(on_stage)
    stroke_mm = STROKE_WIDTH_PX * max(TABLE_MM) / INK_PX
    assert off_the_line_mm(on_table).max() < stroke_mm
    for point in LINE_MM:
        assert np.linalg.norm(on_table - point, axis=1).min() < stroke_mm
    upright = on_table[(on_table[:, 1] > 65) & (on_table[:, 1] < 100), 0]
    level = on_table[(on_table[:, 0] > 80) & (on_table[:, 0] < 125), 1]
    assert (upright.mean(), level.mean()) == pytest.approx((70, 110), abs=0.5)
