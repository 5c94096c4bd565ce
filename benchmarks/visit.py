"""What does a visitor wait for? `python -m benchmarks.visit`.

Runs the real engine and stage on the simulated table, for as many sheets as asked for, and looks at
what the stage shows: from the first line to its first light, how long the last picture lingers and
fades, and how soon a fresh sheet is clean.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np

from exhibit.contract.board import read_status
from exhibit.contract.records import Gesture, RecordReader
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import Published, publish
from exhibit.contract.settings.schema import Config
from exhibit.contract.slot_reader import SlotReader

_LOOK_EVERY_S = 0.01
_STARTS_WITHIN_S = 120.0
_CLEAN_FROM, _INK_BELOW = 250, 160
_SETTINGS = {
    "camera": {"source": "simulated"},
    "stage": {"width": 720, "height": 720, "mirror": False, "attract_after_s": 8.0},
    # Shorter than the simulated visitors take to bring the next sheet.
    "visit": {"linger_s": 1.0, "fade_s": 1.0},
}


@dataclass
class Seen:
    """When what happened, in monotonic seconds, and pictures of the states."""

    fresh: list[float] = field(default_factory=list)
    pens: list[float] = field(default_factory=list)
    gone: list[float] = field(default_factory=list)
    looks: list[tuple[float, int]] = field(default_factory=list)
    pictures: list[tuple[float, Any]] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)


@click.command()
@click.option("--seconds", type=click.FloatRange(10, 3600), default=120.0, show_default=True)
@click.option("--pictures", type=click.Path(path_type=Path), help="Keep a picture a second here.")
def main(seconds: float, pictures: Path | None) -> None:
    """Measure a visit."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        run_dir = Path(name)
        config = apply_overrides(Config(), _SETTINGS)
        publish(run_dir, Published(1, config, config))
        with ExitStack() as stack:
            for module, more in (("engine", ()), ("stage", ("--headless",))):
                stack.enter_context(_process(module, run_dir, more))
            _wait(run_dir)
            seen = _watch(run_dir, seconds)
            latency = read_status(run_dir, "stage")["camera_to_light_ms"]
    if pictures is not None:
        _keep(seen, pictures)
    found = {**_figures(seen), "camera_to_light_ms": latency}
    click.echo(json.dumps(found, indent=2))


@contextmanager
def _process(name: str, run_dir: Path, more: tuple[str, ...]) -> Iterator[None]:
    command = [sys.executable, "-m", f"exhibit.{name}", "--run-dir", str(run_dir), *more]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _wait(run_dir: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while not (run_dir / "composite.slot").exists() or not (run_dir / "gesture.slot").exists():
        if time.monotonic() > deadline:
            raise click.ClickException("the table does not start")
        time.sleep(0.05)


def _watch(run_dir: Path, seconds: float) -> Seen:
    """Look at gestures and at what is shown; each look knows only what others know too."""
    seen, shown = Seen(), SlotReader(run_dir / "composite.slot")
    gestures = RecordReader(run_dir, Gesture)
    before, last = gestures.look(), None
    ends = time.monotonic() + seconds
    while (now := time.monotonic()) < ends:
        newest = gestures.look()
        if newest.fresh_sheets > before.fresh_sheets:
            seen.fresh.append(gestures.published_at)
        if newest.speed > 0 and before.speed <= 0:
            seen.pens.append(gestures.published_at)
        if before.sheet > newest.sheet:
            seen.gone.append(gestures.published_at)
        before = newest
        light = shown.peek()
        if light is not None:
            seen.looks.append((light.published_at, int(light.pixels.min())))
            if last is not None:
                step = np.abs(light.pixels.astype(np.int16) - last)
                seen.changes.append(int(step.max()))
            last = light.pixels.astype(np.int16)
            if not seen.pictures or now - seen.pictures[-1][0] > 1:
                seen.pictures.append((now, light.pixels[::2, ::2].copy()))
        time.sleep(_LOOK_EVERY_S)
    return seen


def _figures(seen: Seen) -> dict[str, Any]:
    # A sheet is noticed when it comes and once more when it is known to be fresh.
    clean = [_first(seen, at, lambda least: least >= _CLEAN_FROM) for at in seen.fresh]
    first_pens = [next((pen for pen in seen.pens if pen > at), None) for at in seen.fresh]
    light = [
        _first(seen, pen, lambda least: least < _INK_BELOW) for pen in first_pens if pen is not None
    ]
    ended = [_first(seen, at, lambda least: least >= _CLEAN_FROM) for at in seen.gone]
    return {
        "sheets": len(seen.fresh),
        "fresh_sheet_to_clean_s": clean,
        "first_line_to_light_s": light,
        "sheet_gone_to_nothing_s": ended,
        "largest_change_in_a_fifteenth_of_a_second": max(seen.changes, default=None),
    }


def _first(seen: Seen, at: float, holds: Any) -> float | None:
    """Return seconds from `at` until `holds` says of what is shown that it is so."""
    before = [least for t, least in seen.looks if t < at]
    if before and holds(before[-1]):
        return 0.0
    return next((round(t - at, 3) for t, least in seen.looks if t >= at and holds(least)), None)


def _keep(seen: Seen, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    begun = seen.looks[0][0] if seen.looks else 0.0
    for at, pixels in seen.pictures:
        cv2.imwrite(
            str(folder / f"{at - begun:06.1f}.png"), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        )


if __name__ == "__main__":
    main()
