from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from calibration.cli import main
from calibration.printed_sheet import SHEETS
from calibration.printing import render
from calibration.rectify import calibrate_camera
from exhibit.contract.calibration import load_calibration
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import homography, project, rectangle

A4 = SHEETS["a4"]
SIZE = (640, 480)
ON_FRAME = np.array([[45, 60], [590, 30], [610, 455], [30, 430]], np.float64)
TABLE_TO_FRAME = homography(rectangle(A4.width_mm, A4.height_mm), ON_FRAME)


def frame(hidden_mm: tuple[int, int] | None = None) -> np.ndarray:
    """Return the sheet as a camera on the visitor's side sees it: tilted, blurred, noisy."""
    page = render(A4, 4)
    if hidden_mm is not None:
        x, y = (4 * value for value in hidden_mm)
        cv2.circle(page, (x, y), 60, 90, -1)
    page_to_table = np.diag([0.25, 0.25, 1.0])
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    warp = half @ TABLE_TO_FRAME @ page_to_table @ np.linalg.inv(half)
    seen = cv2.warpPerspective(page, warp, SIZE, flags=cv2.INTER_AREA, borderValue=90)
    noise = np.random.default_rng(1).normal(0, 4, seen.shape)
    lit = cv2.GaussianBlur(seen, (0, 0), 0.8) * np.linspace(0.5, 0.9, SIZE[0]) + noise
    return np.clip(lit, 0, 255).astype(np.uint8)


def largest_error_mm(camera_to_table: np.ndarray) -> float:
    grid = np.stack(np.meshgrid(np.linspace(0, 297, 9), np.linspace(0, 210, 7)), -1).reshape(-1, 2)
    back = project(camera_to_table, project(TABLE_TO_FRAME, grid))
    return float(np.linalg.norm(back - grid, axis=1).max())


def test_calibrate_camera_tilted_sheet_is_rectified_to_a_fraction_of_a_millimetre() -> None:
    sheet, camera = calibrate_camera([frame()], mirrored=False)
    assert sheet is A4
    assert camera.size_px == SIZE
    assert largest_error_mm(np.array(camera.camera_to_table)) < 0.5


def test_calibrate_camera_from_below_turns_the_frame_first() -> None:
    below = np.ascontiguousarray(frame()[:, ::-1])
    _, camera = calibrate_camera([below], mirrored=True)
    assert largest_error_mm(np.array(camera.camera_to_table)) < 0.5


def test_calibrate_camera_with_the_wrong_flag_names_it() -> None:
    with pytest.raises(CalibrationError, match=r"camera\.mirrored is true"):
        calibrate_camera([frame()], mirrored=True)


def test_calibrate_camera_with_a_hidden_mark_says_how_many_were_seen() -> None:
    with pytest.raises(CalibrationError, match="at most 3 of the 4 marks"):
        calibrate_camera([frame(hidden_mm=(29, 29))], mirrored=False)


def test_calibrate_camera_curled_corner_is_refused() -> None:
    curled = frame()
    corner = curled[340:444, 492:596]
    turn = cv2.getRotationMatrix2D((52, 52), 7, 1)
    curled[340:444, 492:596] = cv2.warpAffine(
        corner, turn, (104, 104), borderMode=cv2.BORDER_REPLICATE
    )
    with pytest.raises(CalibrationError, match="lay the sheet flat"):
        calibrate_camera([curled], mirrored=False)


def test_calibrate_camera_command_writes_what_the_runtime_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = tmp_path / "frames"
    frames.mkdir()
    cv2.imwrite(str(frames / "0.png"), frame()[:, ::-1])
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["camera", "--camera", str(frames), "--frames", "1"])
    assert result.exit_code == 0, result.output
    calibration = load_calibration(tmp_path / "calibration.yaml")
    assert calibration.table_mm == (297.0, 210.0)
    assert calibration.camera_to_table is not None
    assert largest_error_mm(calibration.camera_to_table) < 0.5


def test_calibrate_camera_command_without_marks_exits_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["camera", "--camera", "simulated"])
    assert result.exit_code == 2
    assert result.output.startswith("Error: no camera found")
