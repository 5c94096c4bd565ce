"""What is done to a table, and the alarms that must come of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.fleet.tables import DISK_MB, Table, certify, knock

UNVISITED_S = 7 * 3600.0
_KNOCKED_PX = 8
_HOT_C = 95
_FILLED_MB = DISK_MB - 1500
# What a process gets of the processor, and for how long it does not.
_RUNS_S, _RESTS_S = 0.1, 0.5
_SENSORS = (Path("/sys/class/hwmon"), Path("/sys/class/thermal"))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: whose it is, what alarms of Alertmanager's name it, and what ends it."""

    what: str
    table: str
    alarms: tuple[str, ...]
    strike: Callable[[], None]
    mend: Callable[[], None] = lambda: None


def faults(tables: Mapping[str, Table]) -> Iterator[Fault]:
    """Yield every fault of `fleet/prometheus/rules.yml`, in the order in which they are done."""
    north, south, west = tables["north"], tables["south"], tables["west"]
    yield Fault("no visit for seven hours", "north", ("TableUnvisited",), lambda: None)
    knocked = partial(knock, south.home, _KNOCKED_PX)
    yield Fault("camera knocked by 5 mm", "south", ("TableDrift",), knocked)
    for what, part, alarm in (
        ("engine gets a sixth of the processor", "engine", "TableLatency"),
        ("stage gets a sixth of the processor", "stage", "TableStageSlow"),
    ):
        brake = _Brake(west, part)
        yield Fault(what, "west", (alarm,), brake.begin, brake.end)
    ends = partial(certify, north.home, 10)
    yield Fault("certificate ends in ten days", "north", ("TableCertificate",), ends)
    yield Fault(f"{_HOT_C} °C", "north", ("TableHot",), heat)
    yield Fault("disk fills up", "north", ("TableDisk",), partial(_fill, north.home))
    lost = ("TableCamera", "TableAttractLoop")
    yield Fault("camera gone", "south", lost, partial(shutil.rmtree, south.home / "film"))
    killed = partial(_kill_thrice, west)
    yield Fault("engine killed three times", "west", ("TableRestarts",), killed)
    yield Fault("table killed", "north", ("TableGone",), partial(kill, north))


def kill(table: Table) -> None:
    """Kill a table with all its processes."""
    os.killpg(table.pid, signal.SIGKILL)


def heat() -> None:
    """Let this machine's sensor say that it is hot, in the mount namespace of this run."""
    folder = next(path for path in _SENSORS if path.is_dir())
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(folder)], check=True)
    name, value, of = (
        ("hwmon0", "temp1_input", "name")
        if folder.name == "hwmon"
        else ("thermal_zone0", "temp", "type")
    )
    (folder / name).mkdir()
    (folder / name / of).write_text("acpitz\n")
    (folder / name / value).write_text(f"{1000 * _HOT_C}\n")


def _fill(home: Path) -> None:
    with (home / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, _FILLED_MB << 20)


def _kill_thrice(table: Table) -> None:
    killed = 0
    for _ in range(3):
        while (pid := _engine(table)) in (None, killed):
            time.sleep(0.05)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        killed = pid


def _engine(table: Table) -> int | None:
    with contextlib.suppress(LookupError):
        return table.part("engine")
    return None


class _Brake:
    """Stops and continues a process in turn, so that it gets little of the processor."""

    def __init__(self, table: Table, part: str) -> None:
        self._table, self._part = table, part
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._brake)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _brake(self) -> None:
        pid = self._table.part(self._part)
        while not self._over.is_set():
            os.kill(pid, signal.SIGSTOP)
            time.sleep(_RESTS_S)
            os.kill(pid, signal.SIGCONT)
            time.sleep(_RUNS_S)
