from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner, Result

from calibration.cli import main
from calibration.pages import board_page
from exhibit.contract.calibration import Calibration, load_calibration, save_calibration
from tests.calibration.sheets import A4, seen, table_to_frame
from tests.exhibit.contract.calibration.test_file import CAMERA


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["camera", *arguments])


@pytest.mark.slow
def test_camera_is_rehearsed_with_a_board_in_made_up_hands(tmp_path: Path) -> None:
    result = _run("--camera", "simulated")
    assert result.exit_code == 0, result.output
    assert "move the board to the " in result.output
    assert result.output.endswith("a rehearsal: nothing is written\n")
    assert list(tmp_path.iterdir()) == []


def test_camera_of_one_picture_says_how_many_are_needed_and_writes_nothing(tmp_path: Path) -> None:
    save_calibration(tmp_path / "calibration.yaml", Calibration(camera=CAMERA))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    cv2.imwrite(str(pictures / "0.png"), seen((board_page(A4), table_to_frame(A4)))[:, ::-1])
    (pictures / "notes.txt").write_text("no picture")
    (pictures / "cut.png").write_bytes((pictures / "0.png").read_bytes()[:500])
    result = _run("--camera", "/dev/a-camera", "--views", "pictures")
    assert result.exit_code == 2
    assert "1 views of the board, expected 8 or more that differ" in result.output
    assert "left out: pictures/cut.png: image file is truncated" in result.output
    assert "notes.txt" not in result.output
    assert load_calibration(tmp_path / "calibration.yaml").camera == CAMERA


def test_camera_without_a_camera_exits_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exhibit.camera.opening.find_cameras", list)
    result = _run()
    assert result.exit_code == 2
    assert result.output.startswith("Error: no camera found")
