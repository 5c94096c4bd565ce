from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from calibration.cli import main
from calibration.pages import board_page
from exhibit.contract.calibration import Calibration, load_calibration, save_calibration
from tests.calibration.sheets import A4, border_marks_around, off_mm, seen, table_to_frame
from tests.exhibit.contract.calibration.test_file import PROJECTOR


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["table", *arguments])


def test_table_writes_what_the_runtime_reads(tmp_path: Path) -> None:
    to_frame = table_to_frame(A4)
    (tmp_path / "frames").mkdir()
    frame = seen((board_page(A4), to_frame), *border_marks_around(A4, to_frame))
    cv2.imwrite("frames/0.png", frame[:, ::-1])
    save_calibration(tmp_path / "calibration.yaml", Calibration(projector=PROJECTOR))
    result = _run("--camera", "frames", "--frames", "1")
    assert result.exit_code == 0, result.output
    assert "A4 board found; largest error 0." in result.output
    assert "4 border marks" in result.output
    # The projection was measured on an A3 sheet.
    assert "measure the projection again" in result.output
    calibration = load_calibration(tmp_path / "calibration.yaml")
    assert calibration.table_mm == (297.0, 210.0)
    assert calibration.projector is None
    assert calibration.camera is not None and calibration.camera.seen_by is not None
    assert calibration.camera.seen_by.name == str(tmp_path / "frames")
    assert off_mm(np.array(calibration.camera.camera_to_table), to_frame, A4) < 0.3


def test_table_is_rehearsed_with_the_simulated_table(tmp_path: Path) -> None:
    result = _run("--camera", "simulated", "--frames", "3")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("A4 board found; largest error 0.")
    assert "a rehearsal: nothing is written" in result.output
    assert list(tmp_path.iterdir()) == []
