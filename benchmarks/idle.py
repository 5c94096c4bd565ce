"""What does a table cost at which nobody draws? `python -m benchmarks.idle --seconds 60`.

The whole table with the operator's page, headless, looks at frames of a camera that never changes
its view: an empty table (the attract loop plays), a blank sheet, and a drawing that is finished.
Frames have the noise of a sensor and come from a folder in memory, for the simulated camera would
spend more on drawing them than the table does on looking. Processor time is counted, not waited
for, so that other work on the machine disturbs little.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import psutil
import yaml

from exhibit.camera.simulated.sketches import load_sketches
from exhibit.camera.simulated.table import SimulatedTable
from exhibit.contract.values import Gray
from exhibit.supervisor.resources import memory_of

FRAMES, FPS = 60, 30.0
_WARM_S = 50.0
"""Start, `stage.attract_after_s`, and until the engine believes that nobody is there."""
_ALL_ON: Mapping[str, Any] = {
    "sound": {"enabled": True, "hours": ["mon 00:00-00:01"]},
    "takehome": {"enabled": True},
}
"""Sound that is closed opens no device, as long as it is not that minute."""
_SHEET_MM, _PAGE_PX = (148.0, 105.0), (1480, 1050)
_SHARED_MEMORY = Path("/dev/shm")
_SWITCHES = re.compile(r"^voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)
_MODULE = re.compile(r"exhibit\.([a-z]+)")


@dataclass(frozen=True, slots=True)
class Spent:
    """What one process took.

    Args:
        cpu_percent: 100 is one core.
        wakeups_hz: how often a thread of it was woken after a sleep.
        memory_mb: PSS at the end.
    """

    cpu_percent: float
    wakeups_hz: float
    memory_mb: float


def empty_table(number: int) -> Gray:
    """Return a frame (480, 640) uint8 of the table before the first visitor comes."""
    return SimulatedTable().frame_at(number / 1e4).pixels


def blank_sheet(number: int) -> Gray:
    """Return a frame (480, 640) uint8 of a sheet without a line."""
    return SimulatedTable().frame_of(_page(()), _SHEET_MM, number)


def finished_drawing(number: int) -> Gray:
    """Return a frame (480, 640) uint8 of a sheet with a sketch that nobody goes on with."""
    return SimulatedTable().frame_of(_page(load_sketches()[0].strokes), _SHEET_MM, number)


SCENES = {
    "empty table": empty_table,
    "blank sheet": blank_sheet,
    "finished drawing": finished_drawing,
}


def _page(strokes: Any) -> Gray:
    width, height = _PAGE_PX
    page = np.full((height, width), 255, np.uint8)
    for stroke in strokes:
        points = 0.2 * height + 0.6 * height * np.asarray(stroke, np.float32)[:, :2]
        cv2.polylines(page, [np.rint(points).astype(np.int32)], False, (0,), 8, cv2.LINE_AA)
    return page


@click.command()
@click.option("--seconds", type=click.FloatRange(5, 3600), default=60.0, show_default=True)
@click.option("--scene", "scenes", type=click.Choice(list(SCENES)), multiple=True, help="Only it.")
@click.option("--all-on", is_flag=True, help="Sound and take-home too, which are off otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(seconds: float, scenes: tuple[str, ...], all_on: bool, as_json: bool) -> None:
    """Measure processor time, wake-ups and memory of every process, scene by scene."""
    turned_on = _ALL_ON if all_on else {}
    found = {scene: measure(scene, seconds, turned_on) for scene in scenes or SCENES}
    if as_json:
        click.echo(json.dumps({s: {n: asdict(p) for n, p in f.items()} for s, f in found.items()}))
        return
    for scene, processes in found.items():
        click.echo(scene)
        for name, spent in {**processes, "all": together(processes)}.items():
            click.echo(
                f"  {name:12} {spent.cpu_percent:6.1f} % of a core  {spent.wakeups_hz:7.1f} "
                f"wake-ups a second  {spent.memory_mb:6.0f} MB"
            )


def measure(scene: str, seconds: float, turned_on: Mapping[str, Any]) -> dict[str, Spent]:
    """Run the table before a scene; returns what each process spent once it had settled.

    Args:
        scene: one of `SCENES`.
        seconds: how long to count.
        turned_on: settings, nested by section.
    """
    with tempfile.TemporaryDirectory(dir=_SHARED_MEMORY) as name:
        frames = Path(name) / "frames"
        frames.mkdir()
        for number in range(FRAMES):
            cv2.imwrite(str(frames / f"{number:03d}.pgm"), SCENES[scene](number))
        file = Path(name) / "config.yaml"
        file.write_text(yaml.safe_dump({**_settings(frames, Path(name) / "state"), **turned_on}))
        with _running(file) as table:
            time.sleep(_WARM_S)
            before = _taken(table)
            time.sleep(seconds)
            return _between(before, _taken(table), seconds)


def together(processes: Mapping[str, Spent]) -> Spent:
    """Return the sum of all processes."""
    return Spent(
        sum(p.cpu_percent for p in processes.values()),
        sum(p.wakeups_hz for p in processes.values()),
        sum(p.memory_mb for p in processes.values()),
    )


def _settings(frames: Path, state: Path) -> dict[str, Any]:
    return {
        "camera": {"source": str(frames), "fps": FPS},
        "web": {"port": 0},
        "operator": {"port": 0},
        "state_dir": str(state),
    }


@contextmanager
def _running(config_file: Path) -> Iterator[psutil.Process]:
    """Run a table beside, so that this process and what it has loaded is no part of it."""
    command = [sys.executable, "-m", "benchmarks.plain_table", str(config_file)]
    table = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield psutil.Process(table.pid)
    finally:
        table.terminate()
        table.wait()


def process_name(process: psutil.Process) -> str:
    """Return which process of the table one is."""
    module = _MODULE.search(" ".join(process.cmdline()))
    return module[1] if module else "supervisor"


def _taken(table: psutil.Process) -> dict[str, tuple[int, float, int]]:
    """Return process id, seconds of processor time and wake-ups of every process by name."""
    found = {}
    for process in (table, *table.children(recursive=True)):
        times, name = process.cpu_times(), process_name(process)
        found[name] = process.pid, times.user + times.system, _wakeups(process.pid)
    return found


def _wakeups(pid: int) -> int:
    tasks = Path(f"/proc/{pid}/task").glob("*/status")
    found = (_SWITCHES.search(task.read_text(encoding="ascii")) for task in tasks)
    return sum(int(match[1]) for match in found if match)


def _between(
    before: Mapping[str, tuple[int, float, int]],
    after: Mapping[str, tuple[int, float, int]],
    seconds: float,
) -> dict[str, Spent]:
    spent = {}
    for name, (pid, cpu_s, wakeups) in after.items():
        was_pid, was_s, were = before.get(name, (0, 0.0, 0))
        if pid != was_pid:
            raise click.ClickException(f"{name} started again while it was measured")
        spent[name] = Spent(
            round(100 * (cpu_s - was_s) / seconds, 2),
            round((wakeups - were) / seconds, 1),
            round(memory_of(psutil.Process(pid)) / 1e6, 1),
        )
    return spent


if __name__ == "__main__":
    main()
