"""What a start needed must not stay with a table that runs for months."""

import subprocess
import sys
from pathlib import Path

import pytest

_START = """
from exhibit.contract.heap import settle
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
blocks = [bytes(50_000) for _ in range(2000)]
kept = [bytes(50) for _ in range(1000)]
del blocks[::2]
del blocks
before = resident()
settle()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc gives memory back where it is asked to")
def test_settle_gives_back_what_was_freed_below_what_stays() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _START],
        capture_output=True,
        text=True,
        check=True,
        env={"MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_MMAP_THRESHOLD_": str(1 << 24)},
        cwd=Path(__file__).parents[3],
    )
    assert int(ran.stdout) > 50e6
