"""A clock that jumps, and a schedule over both changes of summer time.

`inside/clock.c` stands between the table's processes and the system's clock, not the monotonic one.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.faults.fault import Act, Fault
from benchmarks.faults.table import ServedTable
from exhibit.operator.state.scenes import Entry, Scene, SceneBook, SceneFile

_ZONE = ZoneInfo("Europe/Berlin")
_YEAR_S = 365 * 86400
_SOURCE = Path(__file__).parent / "inside" / "clock.c"
_LIBRARY, _OFFSET = Path("/dev/shm/clock.so"), Path("/dev/shm/clock-offset")
_NAMES = ("Before", "Between", "After")


def clock_faults() -> Iterator[Fault]:
    """Yield them. In an hour left out a scene begins late, in one that comes twice only once."""
    yield Fault("clock jumps a year forwards", _jumps(_YEAR_S))
    yield Fault("clock jumps a year back", _jumps(-_YEAR_S))
    yield Fault("clock jumps to 1970", lambda _: _set(60.0 - time.time()))
    spring, autumn = (2027, 3, 28), (2027, 10, 31)
    for what, moment, scene, begins in (
        ("before summer time begins", _at(*spring, 1, 59, 50), "Between", True),
        ("summer time has begun", _at(*spring, 3, 29, 55), "After", True),
        ("before summer time ends", _at(*autumn, 2, 9, 55), "Between", True),
        ("summer time ends", _at(*autumn, 2, 59, 59), "Between", False),
        ("in the hour that comes again", _at(*autumn, 2, 9, 59, fold=1), "Between", False),
        ("after the hour came again", _at(*autumn, 3, 29, 55), "After", True),
    ):
        told = Schedule(moment, scene, begins)
        yield Fault(f"schedule, {what}", told.strike, holds=told.holds)


class Schedule:
    """What the schedule does after a moment: which scene shows, and whether it has begun then.

    Args:
        moment: the clock is set to it.
        scene: that shows afterwards.
        begins: whether it begins now; else it has begun before, and must not begin again.
    """

    def __init__(self, moment: datetime, scene: str, begins: bool) -> None:
        self._moment, self._scene, self._begins = moment, scene, begins
        self._before = 0

    def strike(self, table: ServedTable) -> None:
        """Set the clock."""
        self._before = _begun(table.home)
        _set(self._moment.timestamp() - time.time())

    def holds(self, table: ServedTable) -> bool:
        """Return whether the scene shows, and has begun once or not at all."""
        now = SceneFile(table.home / "state").book.active
        return now == self._scene and (_begun(table.home) > self._before) == self._begins


def _at(*parts: int, fold: int = 0) -> datetime:
    year, month, day, hour, minute, second = parts
    return datetime(year, month, day, hour, minute, second, fold=fold, tzinfo=_ZONE)


def _begun(home: Path) -> int:
    """Return how many scenes have begun, as the page's log tells."""
    logs = (home / "state" / "log").glob("events-*.jsonl")
    lines = [json.loads(line) for log in logs for line in log.read_text("utf-8").splitlines()]
    return sum(line["what"] == "scene" for line in lines)


def lacks_clock() -> str:
    """Return what this machine has not got that a made-up clock needs."""
    return "" if shutil.which("cc") else "there is no C compiler; on Debian: apt install gcc"


def clock_environment() -> dict[str, str]:
    """Return the environment of processes whose clock can be made to jump."""
    return {
        "LD_PRELOAD": str(_LIBRARY),
        "TRACING_TABLE_FAULTS_CLOCK": str(_OFFSET),
        "TZ": _ZONE.key,
    }


@contextmanager
def scheduled(home: Path) -> Iterator[None]:
    """Keep scenes, and a schedule that has one in the hour that is left out or comes twice."""
    _OFFSET.write_bytes(bytes(8))
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", str(_LIBRARY), str(_SOURCE), "-ldl", "-lm"]
    subprocess.run(command, check=True)
    times = zip(("00:05", "02:10", "03:30"), _NAMES, strict=True)
    book = SceneBook(
        scenes=tuple(Scene(name=name, fade_s=0) for name in _NAMES),
        schedule=tuple(Entry(at=at, scene=name) for at, name in times),
    )
    SceneFile(home / "state").write(book)
    yield


def _set(offset_s: float) -> None:
    with _OFFSET.open("r+b") as file:  # it is mapped: another file in its place would not be seen
        file.write(struct.pack("d", offset_s))


def _jumps(by_s: float) -> Act:
    return lambda _: _set(by_s)
