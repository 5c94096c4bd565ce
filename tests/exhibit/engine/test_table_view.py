import numpy as np

from exhibit.contract.calibration import Calibration, CameraCalibration, CameraFormat
from exhibit.contract.geometry import project
from exhibit.contract.values import Frame, TableLight
from exhibit.engine.table_view import TableView

SEEN_BY = CameraFormat(name="/dev/v4l/by-id/a-camera", fourcc="GREY", size_px=(400, 200))
# The camera's upper left corner is the visitor's upper right; the table fills the frame.
CALIBRATION = Calibration(
    table_mm=(400.0, 200.0),
    camera=CameraCalibration(
        size_px=(400, 200),
        mirrored=True,
        error_mm=0.1,
        camera_to_table=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    ),
)
FRAME = Frame(1, 0.0, np.zeros((200, 400), np.uint8))


def test_table_view_of_a_mirrored_camera_turns_the_sheet_to_the_visitor() -> None:
    view = TableView(CALIBRATION, SEEN_BY, mirrored=True)
    assert view.square is not None
    corners = project(view.square, np.array([[0.0, 0.0], [400.0, 0.0], [400.0, 200.0]]))
    assert np.allclose(corners, [[1.0, 0.25], [0.0, 0.25], [0.0, 0.75]])


def test_table_view_without_a_lens_leaves_frames_and_light_as_they_come() -> None:
    view = TableView(CALIBRATION, SEEN_BY, mirrored=True)
    light = TableLight(FRAME.pixels)
    assert view.straighten(FRAME) is FRAME
    assert view.straighten_light(light) is light
    view.watch(FRAME)
    assert view.drift(0.0).code == ""


def test_table_view_without_calibration_knows_no_square() -> None:
    view = TableView(Calibration(), SEEN_BY, mirrored=True)
    assert (view.square, view.misfit) == (None, "")


def test_table_view_of_another_camera_says_so_and_does_without() -> None:
    view = TableView(CALIBRATION, SEEN_BY, mirrored=False)
    assert view.square is None
    assert "camera.mirrored true, now false" in view.misfit
