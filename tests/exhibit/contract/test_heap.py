"""What a start needed must not stay, and what a loop needs is there."""

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

_HELD = """
from exhibit.contract.heap import give_back_from, hold_ready, share_one_heap
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
share_one_heap()
give_back_from(1 << 20)
hold_ready(32)
held = resident()
blocks = [bytes(50_000) for _ in range(500)]
print(resident() - held)
large = b"x" * (30 << 20)
between = resident()
del large
print(between - resident())
"""
glibc_alone = pytest.mark.skipif(
    sys.platform != "linux", reason="glibc gives memory back where it is asked to"
)


def _printed_by(script: str) -> list[int]:
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_MMAP_THRESHOLD_": str(1 << 24)},
        cwd=Path(__file__).parents[3],
    )
    return [int(word) for word in ran.stdout.split()]


@glibc_alone
def test_hold_ready_room_is_there_for_small_blocks_and_large_ones_leave_no_trace() -> None:
    small, large = _printed_by(_HELD)
    assert small < 1e6
    assert large > 29e6


@glibc_alone
def test_settle_gives_back_what_was_freed_below_what_stays() -> None:
    assert _printed_by(_START)[0] > 50e6
