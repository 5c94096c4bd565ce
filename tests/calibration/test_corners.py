import numpy as np
import pytest

from calibration.corners import LEAP_PX, CornerEditor, Outcome
from calibration.registration import target_corners
from exhibit.contract.geometry import project

A4 = (297.0, 210.0)


@pytest.fixture
def editor() -> CornerEditor:
    return CornerEditor((1280, 800), A4, mirror=True, rotate=0)


def test_corners_begin_as_an_upright_sheet_inside_the_window(editor: CornerEditor) -> None:
    left, top = editor.points.min(axis=0)
    right, bottom = editor.points.max(axis=0)
    assert 0 < left < right < 1280
    assert 0 < top < bottom < 800
    assert (right - left) / (bottom - top) == pytest.approx((297 - 28) / (210 - 28))


def test_corners_keys_move_only_the_selected_one(editor: CornerEditor) -> None:
    before = editor.points.copy()
    for key, shift in (("tab", False), ("right", False), ("down", True), ("up", False)):
        assert editor.press(key, shift) is Outcome.GO_ON
    moved = editor.points - before
    assert moved[1].tolist() == [1, LEAP_PX - 1]
    assert not moved[[0, 2, 3]].any()


def test_corners_shift_tab_goes_back_and_numbers_jump(editor: CornerEditor) -> None:
    editor.press("tab", shift=True)
    assert editor.selected == 3
    editor.press("2")
    assert editor.selected == 1


def test_corners_cannot_leave_the_window(editor: CornerEditor) -> None:
    for _ in range(200):
        editor.press("left", shift=True)
    assert editor.points[0, 0] == 0


def test_corners_result_puts_the_marks_where_the_crosses_are(editor: CornerEditor) -> None:
    editor.press("right", shift=True)
    result = editor.result()
    found = project(np.array(result.table_to_projector), target_corners(A4))
    assert np.allclose(found, editor.points)
    assert (result.size_px, result.mirror, result.rotate) == ((1280, 800), True, 0)


def test_corners_crossed_cannot_be_saved(editor: CornerEditor) -> None:
    editor.points[[0, 1]] = editor.points[[1, 0]]
    assert editor.table_to_stage is None
    assert editor.press("return") is Outcome.GO_ON
    with pytest.raises(ValueError, match="crossed"):
        editor.result()


def test_corners_turned_window_is_upright_for_the_visitor(editor: CornerEditor) -> None:
    editor.press("r")
    assert (editor.rotate, editor.size_px) == (90, (800, 1280))
    assert editor.points[:, 0].max() < 800
    assert editor.table_to_stage is not None


def test_corners_known_calibration_is_taken_up_on_a_larger_display(editor: CornerEditor) -> None:
    editor.press("down", shift=True)
    again = CornerEditor((2560, 1600), A4, True, 0, editor.result())
    assert np.allclose(again.points, 2 * editor.points)
