from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from calibration.cli import main


def test_pens_rehearsed_pass_carbon_and_fail_dye(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["pens", "--camera", "simulated", "--frames", "6"])
    lines = result.output.splitlines()
    assert [line.rpartition(" ")[2] for line in lines[:3]] == ["pass", "pass", "FAIL"]
    assert lines[-1] == "a rehearsal: nothing is written"
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []
