"""Is the stage steady while other processes use every core? `python -m benchmarks.stage`.

Runs the real stage process headless, sends it pictures at the camera's rate as the engine would,
keeps all cores busy, and reads what the stage measured of itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np

from exhibit.contract.board import Heart, read_status, write_status
from exhibit.contract.settings.published import Published, publish
from exhibit.contract.settings.schema import Config
from exhibit.contract.slot import Slot

SIDE_PX, PICTURES_HZ = 256, 30.0
_BUSY = "while True: pass"
_START_TIMEOUT_S = 20.0
_SHARED_MEMORY = Path("/dev/shm")


@click.command()
@click.option("--seconds", type=click.FloatRange(3, 3600), default=20.0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(seconds: float, as_json: bool) -> None:
    """Measure the stage's interval on an idle machine's cores and on busy ones."""
    cores = os.cpu_count() or 1
    found = {
        "pictures_hz": PICTURES_HZ,
        "picture_px": SIDE_PX,
        "alone": measure(seconds, 0),
        f"with_{cores}_busy_processes": measure(seconds, cores),
    }
    click.echo(json.dumps(found) if as_json else json.dumps(found, indent=2))


def measure(seconds: float, busy: int) -> dict[str, Any]:
    """Return what the stage measured of itself while `busy` processes compute without end."""
    parent = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=parent) as name, busy_processes(busy):
        folder = Path(name)
        publish(folder, Published(1, Config(), Config()))
        with stage_process(folder):
            send_pictures(folder, seconds)
            status = read_status(folder, "stage")
    kept = ("stage_fps", "stage_interval_ms", "camera_to_light_ms", "scheduling", "size_px")
    return {**{key: status[key] for key in kept}, "compose_ms": status["stages_ms"]["compose"]}


def send_pictures(folder: Path, seconds: float) -> None:
    """Publish noisy pictures as the engine would, so that the stage fades all the time."""
    slot = Slot.create(folder / "picture.slot", SIDE_PX * SIDE_PX)
    heart = Heart(folder, "engine")
    write_status(folder, "engine", {"state": "showing"})
    random = np.random.default_rng(1)
    pictures = [255 * (random.random((SIDE_PX, SIDE_PX)) > 0.1).astype(np.uint8) for _ in range(8)]
    begun = time.monotonic()
    for number in range(round(seconds * PICTURES_HZ)):
        heart.beat()
        slot.publish(number, time.monotonic(), pictures[number % len(pictures)])
        time.sleep(max(begun + (number + 1) / PICTURES_HZ - time.monotonic(), 0))


@contextmanager
def stage_process(folder: Path) -> Iterator[None]:
    """Run a headless stage until the end of the `with`."""
    command = [sys.executable, "-m", "exhibit.stage", "--run-dir", str(folder), "--headless"]
    with (folder / "log").open("w") as log:
        stage = subprocess.Popen(command, stderr=log)
    try:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not read_status(folder, "stage"):
            if stage.poll() is not None or time.monotonic() > deadline:
                raise click.ClickException(f"no stage: {(folder / 'log').read_text()}")
            time.sleep(0.05)
        yield
    finally:
        stage.terminate()
        stage.wait()


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Keep `count` cores busy until the end of the `with`."""
    running = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
