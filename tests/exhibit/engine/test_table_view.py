import numpy as np
import pytest

from exhibit.contract.calibration import BorderMark, Calibration, CameraCalibration, CameraFormat
from exhibit.contract.geometry import project
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, TableLight
from exhibit.engine.table_view import TableView
from exhibit.ink import make_extractor

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


def _marked(mirrored: bool) -> Calibration:
    """A camera that sees one mark, 20 mm wide, its corner at 30, 40 mm."""
    corners = ((30.0, 40.0), (50.0, 40.0), (50.0, 60.0), (30.0, 60.0))
    camera = CALIBRATION.camera
    assert camera is not None
    marks = (BorderMark(id=96, corners_mm=corners),)
    return CALIBRATION.model_copy(
        update={"camera": camera.model_copy(update={"marks": marks, "mirrored": mirrored})}
    )


@pytest.mark.parametrize(("mirrored", "left"), [(False, 30), (True, 350)])
def test_table_view_covers_a_border_mark_and_its_paper_and_nothing_else(
    mirrored: bool, left: int
) -> None:
    covered = TableView(_marked(mirrored), SEEN_BY, mirrored).straighten(FRAME).covered
    assert covered is not None
    rows, columns = np.nonzero(covered)
    # 5 mm of white and 1 mm for the cut edge, a pixel a millimetre.
    assert (columns.min(), columns.max() + 1) == pytest.approx((left - 6, left + 26), abs=1)
    assert (rows.min(), rows.max() + 1) == pytest.approx((34, 66), abs=1)


@pytest.mark.parametrize("is_known", [True, False])
def test_table_view_of_a_border_mark_makes_no_ink_of_it_where_no_sheet_is_told(
    is_known: bool,
) -> None:
    blank = np.full((200, 400), 200, np.uint8)
    blank[100:103, 150:300] = 20
    marked = blank.copy()
    marked[40:60, 30:50] = 20
    view = TableView(_marked(False) if is_known else CALIBRATION, SEEN_BY, not is_known)
    extractor = make_extractor(InkConfig(), 128, 2.0, mirrored=False)
    for number in range(90):
        frame = Frame(number, number / 30, blank if number < 45 else marked)
        ink = extractor.extract(view.straighten(frame))
    assert (ink.mask[95:108, 140:310] < 128).any()
    assert (ink.mask[30:70, 20:60] < 128).any() == (not is_known)
