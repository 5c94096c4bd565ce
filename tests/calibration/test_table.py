from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from calibration.pages import board_page
from calibration.papers import PAPERS
from calibration.table import Table, measure_table
from exhibit.contract.calibration import (
    Calibration,
    CameraCalibration,
    LensCalibration,
    Made,
)
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import project
from exhibit.contract.lens import Lens
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView
from tests.calibration.sheets import (
    A3,
    A4,
    BARREL,
    SEEN_BY,
    SIZE,
    border_marks_around,
    off_mm,
    seen,
    table_to_frame,
)

TO_FRAME = table_to_frame(A4)
PAGE = board_page(A4)
MADE = Made(at=datetime(2026, 11, 29, tzinfo=UTC), opencv=cv2.__version__)
NOTHING = Calibration()


def _frames(*more: object, lens: Lens | None = None, count: int = 3) -> list[Gray]:
    pages = ((PAGE, TO_FRAME), *more)
    return [seen(*pages, lens=lens, seed=seed) for seed in range(count)]  # type: ignore[arg-type]


def _measured(frames: Sequence[Gray], known: Calibration = NOTHING, ruler_mm: float = 100) -> Table:
    return measure_table(frames, SEEN_BY, mirrored=False, known=known, ruler_mm=ruler_mm)


def _knowing(lens: Lens) -> Calibration:
    (fx, _, cx), (_, fy, cy) = lens.matrix[:2]
    measured = LensCalibration(
        made=MADE,
        seen_by=SEEN_BY,
        mirrored=False,
        focal_px=(fx, fy),
        centre_px=(cx, cy),
        distortion=lens.distortion,
        focal_uncertainty_px=(0, 0),
        centre_uncertainty_px=(0, 0),
        distortion_uncertainty=(0, 0, 0, 0, 0),
        error_px=0.1,
        views=12,
        views_dropped=0,
    )
    return Calibration(lens=measured)


def test_measure_table_tilted_board_is_mapped_to_a_fraction_of_a_millimetre() -> None:
    table = _measured(_frames())
    assert table.board.paper is A4
    assert table.camera.seen_by == SEEN_BY
    assert off_mm(np.array(table.camera.camera_to_table), TO_FRAME, A4) < 0.2
    assert table.camera.error_mm < 0.3
    assert len(table.camera.residuals) == 77
    assert table.camera.mm_per_px == pytest.approx(0.6, abs=0.1)
    assert table.camera.marks == ()


def test_measure_table_through_a_known_lens_is_as_good() -> None:
    known = _knowing(BARREL)
    camera = _measured(_frames(lens=BARREL), known).camera
    assert camera.straightened
    grid = np.stack(np.meshgrid(np.linspace(0, 297, 7), np.linspace(0, 210, 5)), -1).reshape(-1, 2)
    view = CameraView(SIZE, np.array(camera.camera_to_table), BARREL)
    found = view.to_table(BARREL.bend(project(TO_FRAME, grid)))
    assert np.linalg.norm(found - grid, axis=1).max() < 0.3


def test_measure_table_through_an_unknown_lens_asks_for_calibrate_camera() -> None:
    with pytest.raises(CalibrationError, match="run `calibrate camera` first"):
        _measured(_frames(lens=BARREL))


def test_measure_table_from_below_turns_the_frames_first() -> None:
    frames = [np.ascontiguousarray(frame[:, ::-1]) for frame in _frames()]
    table = measure_table(frames, SEEN_BY, mirrored=True, known=NOTHING)
    assert off_mm(np.array(table.camera.camera_to_table), TO_FRAME, A4) < 0.2


def test_measure_table_lens_of_another_camera_is_refused() -> None:
    known = _knowing(BARREL)
    other = SEEN_BY.model_copy(update={"name": "/dev/other"})
    with pytest.raises(CalibrationError, match="name /dev/a-camera, now /dev/other"):
        measure_table(_frames(), other, mirrored=False, known=known)


def test_measure_table_ruler_that_measures_less_shrinks_the_board() -> None:
    camera = _measured(_frames(), ruler_mm=98.0).camera
    corner = project(TO_FRAME, np.array([[0.0, 0.0]]))
    there = project(np.array(camera.camera_to_table), corner)[0]
    middle = np.array(A4.size_mm) / 2
    assert there == pytest.approx(middle - 0.98 * middle, abs=0.2)


def test_measure_table_board_printed_to_fit_another_page_is_refused() -> None:
    with pytest.raises(CalibrationError, match="printed at 71 %"):
        _measured(_frames(), ruler_mm=70.7)


def test_measure_table_finds_the_border_marks_where_they_are() -> None:
    camera = _measured(_frames(*border_marks_around(A4, TO_FRAME))).camera
    assert [mark.id for mark in camera.marks] == [96, 97, 98, 99]
    corner = np.array(camera.marks[0].corners_mm)
    assert corner[0] == pytest.approx([8 - 30 + 5, -2 - 30 + 5], abs=0.35)
    assert corner[2] - corner[0] == pytest.approx([20, 20], abs=0.9)


def test_measure_table_border_mark_that_is_covered_is_named() -> None:
    marks = border_marks_around(A4, TO_FRAME, (96, 97, 99))
    with pytest.raises(CalibrationError, match="3 of the 4 border marks are seen, not 98"):
        _measured(_frames(*marks))


def test_measure_table_border_marks_of_another_size_are_another_scale() -> None:
    """An A3 board printed on A4 is a third smaller: by its ruler the marks would be larger."""
    marks = border_marks_around(A4, TO_FRAME, scale=1.25)
    with pytest.raises(CalibrationError, match=r"border marks are 24\.\d mm wide, expected 20 mm"):
        _measured(_frames(*marks))


def test_measure_table_border_marks_that_are_farther_apart_are_another_scale() -> None:
    first = _measured(_frames(*border_marks_around(A4, TO_FRAME))).camera
    spread = [
        mark.model_copy(
            update={"corners_mm": tuple((1.03 * x, 1.03 * y) for x, y in mark.corners_mm)}
        )
        for mark in first.marks
    ]
    known = Calibration(camera=_with_marks(first, spread))
    with pytest.raises(CalibrationError, match="printed at another scale"):
        _measured(_frames(*border_marks_around(A4, TO_FRAME)), known)


def _with_marks(camera: CameraCalibration, marks: object) -> CameraCalibration:
    return camera.model_copy(update={"marks": tuple(marks)})  # type: ignore[arg-type]


def test_measure_table_covered_quarter_is_named() -> None:
    frames = _frames()
    for frame in frames:
        frame[250:420, 300:580] = 120
    with pytest.raises(CalibrationError, match="lower right is hidden"):
        _measured(frames)


def test_measure_table_quarter_in_glare_is_told_from_one_that_is_covered() -> None:
    frames = _frames()
    for frame in frames:
        frame[230:430, 300:600] = 255
    with pytest.raises(CalibrationError, match="lower right is hidden; glare hides them"):
        _measured(frames)


def test_measure_table_camera_that_moves_meanwhile_is_refused() -> None:
    frames = _frames()
    frames[-1] = np.roll(frames[-1], 3, axis=1)
    with pytest.raises(CalibrationError, match=r"moved by 3\.0 px while it was looked at"):
        _measured(frames)


def test_measure_table_board_that_is_not_flat_is_refused() -> None:
    bulge = Lens(np.array([[300.0, 0, 320], [0, 300, 240], [0, 0, 1]]), (0.08, 0, 0, 0, 0))
    known = _knowing(Lens(BARREL.matrix, (0.0, 0.0, 0.0, 0.0, 0.0)))
    with pytest.raises(CalibrationError, match=r"lay the sheet flat, with nothing under it$"):
        _measured(_frames(lens=bulge), known)


def test_measure_table_board_in_a_mirror_is_refused() -> None:
    with pytest.raises(CalibrationError, match="seen in a mirror"):
        measure_table(_frames(), SEEN_BY, mirrored=True, known=NOTHING)


def test_measure_table_board_of_another_dictionary_is_refused() -> None:
    markers = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_250)
    other = cv2.aruco.CharucoBoard((8, 6), 40, 30, markers, np.arange(120, 144, dtype=np.int32))
    page = np.clip(other.generateImage((560, 420)), 20, 180)
    frame = np.full(SIZE[::-1], 90, np.uint8)
    frame[30:450, 40:600] = page
    with pytest.raises(CalibrationError, match=r"other markers is seen \(DICT_5X5_1000\)"):
        _measured([np.asarray(frame, np.uint8)] * 3)


def test_measure_table_of_a_larger_paper_takes_its_size() -> None:
    to_frame = table_to_frame(A3)
    frames = [seen((board_page(A3), to_frame), seed=seed) for seed in range(2)]
    table = _measured(frames)
    assert table.board.paper is PAPERS["a3"]
    assert off_mm(np.array(table.camera.camera_to_table), to_frame, A3) < 0.3
