"""What was confirmed before a power cut is there after it: settings, scenes, visits, log."""

from __future__ import annotations

import subprocess
import sys


def test_cuts_lose_nothing_that_was_confirmed() -> None:
    command = [sys.executable, "-m", "benchmarks.faults.cuts", "--trials", "5"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout.startswith("5 cuts, "), result.stderr
    assert result.stdout.endswith(" confirmed writes, 0 lost or damaged\n")
