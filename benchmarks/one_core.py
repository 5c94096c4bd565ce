"""What does the table do on one core? `taskset -c 0 python -m benchmarks.one_core`.

The whole table with the operator's page, headless, before a visitor who was recorded beforehand:
the simulated one spends as much of a core on drawing itself as the engine on answering it, which
`--drawn` shows. *Shipped* is as a museum runs it; *saturated* answers every frame, settled or not,
and a direction that never rests makes each a picture. Processor time is counted by process and
thread.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import cv2
import psutil

from benchmarks.idle import process_name
from exhibit.camera.simulated.table import SimulatedTable
from exhibit.checks.bench import saturating
from exhibit.contract.board import read_status
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import Published
from exhibit.contract.settings.schema import Config
from exhibit.supervisor.processes import process_table
from exhibit.supervisor.run_folder import run_folder
from exhibit.supervisor.session import Session

LOADS = ("shipped", "saturated")
FPS, _RECORDED_S, _WARM_S = 30.0, 20.0, 12.0
_SHARED_MEMORY = Path("/dev/shm")


@click.command()
@click.option("--seconds", type=click.FloatRange(5, 3600), default=60.0, show_default=True)
@click.option("--load", "loads", type=click.Choice(["shipped", "saturated"]), multiple=True)
@click.option("--drawn", is_flag=True, help="The simulated visitor draws while it is measured.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(seconds: float, loads: tuple[str, ...], drawn: bool, as_json: bool) -> None:
    """Measure the table on the cores that this process may use."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(dir=_SHARED_MEMORY) as name:
        source = "simulated" if drawn else str(recorded(Path(name)))
        found = {load: measure(load, seconds, source) for load in loads or LOADS}
    if as_json:
        click.echo(json.dumps({"cores": cores, **found}))
        return
    for load, measured in found.items():
        click.echo(f"{load}, {len(cores)} core(s):")
        for name, value in measured.items():
            click.echo(f"  {name:34} {value}")


def recorded(folder: Path) -> Path:
    """Return a folder of frames of the simulated table while somebody draws."""
    for number, frame in enumerate(SimulatedTable(fps=FPS).frames(round(_RECORDED_S * FPS))):
        cv2.imwrite(str(folder / f"{number:04d}.pgm"), frame.pixels)
    return folder


def measure(load: str, seconds: float, source: str) -> dict[str, Any]:
    """Run the table under a load; returns what its processes say and took.

    Args:
        load: one of `LOADS`.
        seconds: how long, after it has settled.
        source: of the camera.
    """
    config = apply_overrides(Config(), {"web": {"port": 0}, "operator": {"port": 0}})
    if load == "saturated":
        config = apply_overrides(config, saturating(config))
    config = apply_overrides(config, {"camera": {"source": source, "fps": FPS}})
    with run_folder() as folder:
        page = ("--base", str(folder / "config.yaml"))
        specs = process_table("headless", page)
        session = Session(folder, Published(1, config, config), specs, lambda _: None)
        try:
            session.run(threading.Event(), _WARM_S)
            before, answers = _taken(), _answers(folder)
            began = time.monotonic()
            session.run(threading.Event(), seconds)
            took_s = time.monotonic() - began
            after, stage = _taken(), read_status(folder, "stage")
            return {
                "answers_hz": round((_answers(folder) - answers) / took_s, 1),
                "stage_fps": stage["stage_fps"],
                "stage_interval_ms": stage["stage_interval_ms"],
                "camera_to_light_ms": stage["camera_to_light_ms"],
                "engine_ms": read_status(folder, "engine").get("stages_ms"),
                "percent_of_a_core": _between(before, after, took_s),
            }
        finally:
            session.close()


def _answers(folder: Path) -> int:
    return int(read_status(folder, "stage").get("pictures_shown", 0))


def _taken() -> dict[str, float]:
    """Return seconds of processor time by process and thread."""
    found: dict[str, float] = {}
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        name = process_name(process)
        for thread in process.threads():
            comm = Path(f"/proc/{process.pid}/task/{thread.id}/comm")
            try:
                own = comm.read_text(encoding="utf-8").strip()
            except OSError:
                continue
            main_thread = thread.id == process.pid
            key = name if main_thread else f"{name}: {own} {thread.id - process.pid}"
            found[key] = thread.user_time + thread.system_time
    return found


def _between(
    before: Mapping[str, float], after: Mapping[str, float], seconds: float
) -> dict[str, float]:
    spent = {name: 100 * (cpu - before.get(name, 0.0)) / seconds for name, cpu in after.items()}
    largest = sorted(spent.items(), key=lambda item: -item[1])
    return {name: round(percent, 1) for name, percent in largest if percent >= 0.1}


if __name__ == "__main__":
    main()
