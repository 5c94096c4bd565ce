from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner, Result

from calibration.cli import main
from calibration.pages import board_page
from exhibit.contract.slot_writer import SlotWriter
from tests.calibration.sheets import A4, border_marks_around, seen, table_to_frame


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a table that was measured with frames of its folder `frames`."""
    monkeypatch.chdir(tmp_path)
    to_frame = table_to_frame(A4)
    frame = seen((board_page(A4), to_frame), *border_marks_around(A4, to_frame))
    (tmp_path / "frames").mkdir()
    cv2.imwrite("frames/0.png", frame[:, ::-1])
    result = CliRunner().invoke(main, ["table", "--camera", "frames", "--frames", "1"])
    assert result.exit_code == 0, result.output
    return tmp_path


def _check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", "--camera", "frames", *arguments])


def test_check_of_a_table_that_holds_exits_0(folder: Path) -> None:
    result = _check()
    assert result.exit_code == 0, result.output
    assert "ok     border marks: 96 by 0.0 mm" in result.output


def test_check_of_a_running_table_looks_at_its_newest_frame(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calibration.commands.check.SHARED_MEMORY", folder)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(folder / "frames"))
    none = _check("--running")
    assert none.exit_code == 2
    assert "no table of this user is running" in none.output
    run_dir = folder / "tracing-table-1-abc"
    run_dir.mkdir()
    moved = cv2.imread("frames/0.png", cv2.IMREAD_GRAYSCALE)
    moved[:, 4:] = moved[:, :-4].copy()
    SlotWriter(run_dir / "camera.slot").publish(1, 1.0, moved)
    result = _check("--running")
    assert result.exit_code == 2
    assert "fault  border marks: camera or table was moved" in result.output
