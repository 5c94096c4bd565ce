from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from calibration.cli import main
from exhibit.contract.calibration import Calibration, load_calibration, save_calibration
from tests.exhibit.contract.calibration.test_file import CAMERA


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["versions", *arguments])


def test_versions_lists_what_was_and_returns_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "calibration.yaml"
    save_calibration(path, Calibration(camera=CAMERA))
    save_calibration(path, Calibration())
    now, before = _run().output.splitlines()
    assert now == "now: nothing measured"
    assert before.startswith("1: until ")
    assert before.endswith(": camera")
    assert _run("--return-to", "1").output.endswith("is as it was: camera\n")
    assert load_calibration(path).camera == CAMERA


def test_versions_of_a_number_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = _run("--return-to", "3")
    assert result.exit_code == 2
    assert "of which there are 0" in result.output
