import numpy as np
import pytest

from calibration.nudging import CORNERS, NudgeEditor
from calibration.rig import STAGE_PX, TABLE_MM, make_rig
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import project

RIG = make_rig(7)


def moved_onto_marks(editor: NudgeEditor) -> None:
    wanted = project(RIG.table_to_stage, editor.marks_mm)
    for number in editor.order:
        editor.select(number)
        editor.move(wanted[number] - editor.points[number])


def test_nudge_editor_with_all_crosses_on_their_marks_is_the_projector() -> None:
    editor = NudgeEditor(STAGE_PX, TABLE_MM)
    moved_onto_marks(editor)
    points = np.array([[30.0, 40], [200, 150], [400, 280]])
    assert editor.view.to_stage(points) == pytest.approx(project(RIG.table_to_stage, points))


def test_nudge_editor_corners_take_the_other_crosses_along() -> None:
    editor = NudgeEditor(STAGE_PX, TABLE_MM)
    wanted = project(RIG.table_to_stage, editor.marks_mm)
    for number in CORNERS:
        editor.select(number)
        editor.move(wanted[number] - editor.points[number])
    assert editor.points == pytest.approx(wanted, abs=1e-6)


def test_nudge_editor_keeps_what_one_cross_was_moved_by() -> None:
    editor = NudgeEditor(STAGE_PX, TABLE_MM)
    moved_onto_marks(editor)
    editor.select(4)
    editor.press("right", shift=True)
    editor.press("up")
    view = editor.view
    assert view.mesh_px is not None
    assert view.mesh_px[4] == pytest.approx((10, -1))
    fit = editor.fit()
    assert np.linalg.norm(fit.off_mm, axis=1).argmax() == 4


def test_nudge_editor_begins_with_what_is_known() -> None:
    editor = NudgeEditor(STAGE_PX, TABLE_MM)
    moved_onto_marks(editor)
    editor.select(4)
    editor.press("down")
    again = NudgeEditor(STAGE_PX, TABLE_MM, editor.view)
    assert again.points == pytest.approx(editor.points)


def test_nudge_editor_goes_through_corners_first_and_back() -> None:
    editor = NudgeEditor(STAGE_PX, TABLE_MM)
    seen = [editor.selected]
    for _ in range(8):
        editor.press("tab")
        seen.append(editor.selected)
    assert seen == list(editor.order)
    editor.press("tab", shift=True)
    assert editor.selected == editor.order[7]


def test_nudge_editor_of_crossed_corners_has_no_result() -> None:
    editor = NudgeEditor(STAGE_PX, TABLE_MM)
    editor.points[[0, 2]] = editor.points[[2, 0]]
    with pytest.raises(CalibrationError, match="expected the four corners clockwise"):
        _ = editor.view
