"""A unit with a mistake starts nothing on the morning after an update.

Spans the units in systemd/.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "systemd").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = {"tracing-table.service": 2.0}

pytestmark = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert ANALYZE is not None
    return subprocess.run([ANALYZE, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_verifies_without_a_word(unit: Path) -> None:
    verified = _analyze("verify", "--man=no", str(unit))
    # Other units of the machine may be faulty; only what is said of this one counts.
    assert unit.name not in verified.stderr, verified.stderr
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_exposes_no_more_than_allowed(unit: Path) -> None:
    measured = _analyze("security", "--offline=true", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for .*: ([0-9.]+)", measured.stdout)
    if found is None:
        pytest.skip("this systemd cannot analyse a unit that is not loaded")
    assert float(found[1]) <= MOST_EXPOSED[unit.name]


def test_table_unit_restarts_and_is_watched() -> None:
    text = (UNITS[0].parent / "tracing-table.service").read_text(encoding="utf-8")
    wanted = (
        "Type=notify",
        "WatchdogSec=20",
        "Restart=always",
        "RestartSec=2",
        "StartLimitBurst=5",
        "StartLimitIntervalSec=600",
        "DevicePolicy=closed",
        "LimitNOFILE=4096",
        "ProtectSystem=strict",
    )
    assert [line for line in wanted if line not in text.splitlines()] == []
