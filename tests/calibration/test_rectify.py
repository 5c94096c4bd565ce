from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from calibration.cli import main
from calibration.printed_sheet import SHEETS, Sheet
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


def bent_by(k: float) -> np.ndarray:
    """Return the sheet through a lens that puts what is at radius r at r (1 + k r^2)."""
    xs, ys = np.meshgrid(np.arange(SIZE[0], dtype=np.float64), np.arange(SIZE[1]))
    seen = np.stack([xs, ys], -1).reshape(-1, 2)
    middle, reach = (np.array(SIZE) - 1) / 2, np.hypot(*SIZE) / 2
    straight = offset = (seen - middle) / reach
    for _ in range(20):
        straight = offset / (1 + k * (straight**2).sum(1, keepdims=True))
    where = (straight * reach + middle).astype(np.float32).reshape(SIZE[1], SIZE[0], 2)
    return cv2.remap(frame(), where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def off_at_the_rim_mm(camera_to_table: np.ndarray, k: float) -> float:
    rim = rectangle(A4.width_mm, A4.height_mm)
    points = np.concatenate([rim, (rim + np.roll(rim, 1, axis=0)) / 2])
    middle, reach = np.array(SIZE) / 2, np.hypot(*SIZE) / 2
    offset = (project(TABLE_TO_FRAME, points) - middle) / reach
    seen = offset * (1 + k * (offset**2).sum(1, keepdims=True)) * reach + middle
    return float(np.linalg.norm(project(camera_to_table, seen) - points, axis=1).max())


@pytest.mark.parametrize("k", [-0.02, 0.02])
def test_calibrate_camera_mild_lens_tells_the_error_at_the_rim(k: float) -> None:
    """It told the error at the marks, which is a fraction of what visitors see at the rim."""
    _, camera = calibrate_camera([bent_by(k)], mirrored=False)
    there = off_at_the_rim_mm(np.array(camera.camera_to_table), k)
    assert there > 0.8
    assert camera.error_mm == pytest.approx(there, abs=0.4)


@pytest.mark.parametrize("k", [-0.15, -0.05, 0.06])
def test_calibrate_camera_lens_that_bends_lines_is_named(k: float) -> None:
    with pytest.raises(CalibrationError, match="the lens bends straight lines"):
        calibrate_camera([bent_by(k)], mirrored=False)


def two_sheets(beside: Sheet, scale: float) -> np.ndarray:
    """Return an A3 sheet and, beside it, another one that was printed smaller."""
    seen = np.full((960, 1280), 90, np.uint8)
    large = cv2.resize(render(SHEETS["a3"], 4), (800, 566), interpolation=cv2.INTER_AREA)
    seen[40:606, 30:830] = large
    small = render(beside, 4)
    small = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    seen[500 : 500 + small.shape[0], 850 : 850 + small.shape[1]] = small
    return seen


@pytest.mark.parametrize("beside", ["a4", "letter"])
def test_calibrate_camera_of_two_sheets_takes_the_larger(beside: str) -> None:
    sheet, camera = calibrate_camera([two_sheets(SHEETS[beside], 0.34)], mirrored=False)
    assert sheet is SHEETS["a3"]
    assert camera.error_mm < 0.5


def test_calibrate_camera_two_copies_of_one_sheet_are_named() -> None:
    with pytest.raises(CalibrationError, match="two A3 sheets of marks are seen"):
        calibrate_camera([two_sheets(SHEETS["a3"], 0.24)], mirrored=False)


def test_calibrate_camera_command_is_rehearsed_with_the_simulated_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["camera", "--camera", "simulated", "--frames", "3"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("A4 sheet found; largest error 0.")
    assert "a rehearsal: nothing is written" in result.output
    assert list(tmp_path.iterdir()) == []


def test_calibrate_camera_command_without_a_camera_exits_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("exhibit.camera.opening.find_cameras", list)
    result = CliRunner().invoke(main, ["camera"])
    assert result.exit_code == 2
    assert result.output.startswith("Error: no camera found")
