"""What does a frame take at the sizes of projectors? `python -m benchmarks.stage_sizes`.

One thread without a display: a picture of 256 px of hatched figures comes 30 times a second, is
enlarged, warped by a keystone and faded in, 60 frames a second, until SDL has it in the memory of
its window. Times are of the processor, so that other work on the machine disturbs little.

`--renderer opengl` needs a display; there Mesa's rasteriser may stand in for a graphics card. Told
are then the time of the stage's own thread until the driver has taken a frame, without and with
what the driver's other threads of the process do, until all of it is drawn.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import click
import cv2
import numpy as np

from exhibit.contract.calibration import Calibration, ProjectorCalibration
from exhibit.contract.geometry import homography, rectangle
from exhibit.contract.settings.schema import StageConfig, VisitConfig
from exhibit.contract.slot import Published
from exhibit.contract.values import Gray
from exhibit.stage.attract import Attract
from exhibit.stage.mode import Mode
from exhibit.stage.opened import Opened, open_stage
from exhibit.stage.show import Show
from exhibit.stage.window import WindowKind

SIZES = ((1280, 800), (1920, 1080), (3840, 2160))
_SIDE_PX, _FRAME_S = 256, 1 / 60
_FADE_S = 3.0


@click.command()
@click.option("--frames", type=click.IntRange(60, 100_000), default=600, show_default=True)
@click.option("--renderer", type=click.Choice(["software", "opengl"]), default="software")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(frames: int, renderer: Literal["software", "opengl"], as_json: bool) -> None:
    """Measure at 1280×800, 1920×1080 and 3840×2160."""
    cv2.setNumThreads(1)
    found = {f"{size[0]}x{size[1]}": measure(size, frames, renderer) for size in SIZES}
    if as_json:
        click.echo(json.dumps(found))
        return
    for size, measured in found.items():
        for what, times in measured.items():
            shown = "  ".join(f"{name} {ms:.2f}" for name, ms in times.items())
            click.echo(f"{size:>10}: {shown} ms of the processor, {what}")


def measure(
    size: tuple[int, int], frames: int, drawing: Literal["software", "opengl"]
) -> dict[str, dict[str, float]]:
    """Return percentiles of a frame's processor time in milliseconds, by what was counted."""
    config = StageConfig(mirror=False, width=size[0], height=size[1], renderer=drawing)
    calibration, clocks = keystone(size), {"its thread": time.thread_time}
    if drawing == "opengl":
        clocks["all threads, drawn"] = time.process_time
    kind: WindowKind = "headless" if drawing == "software" else "windowed"
    with tempfile.TemporaryDirectory() as run_dir:
        opened = open_stage(Path(run_dir), config, kind, calibration)
    if opened.complaint:
        raise click.ClickException(opened.complaint)
    found = {what: _frames(opened, config, calibration, frames, clocks[what]) for what in clocks}
    opened.window.close()
    return {f"{opened.renderer.name}, {what}": times for what, times in found.items()}


def _frames(
    opened: Opened,
    config: StageConfig,
    calibration: Calibration,
    frames: int,
    clock: Callable[[], float],
) -> dict[str, float]:
    renderer = opened.renderer
    show = Show(renderer, config, calibration, Attract("none", VisitConfig()), _FADE_S)
    pictures = [hatched(number) for number in range(8)]
    taken = []
    for frame in range(-60, frames):
        number, now = (frame + 60) // 2, 100 + frame * _FRAME_S
        began = clock()
        if frame % 2 == 0:
            latest = Published(number + 1, number + 1, now, now, pictures[number % len(pictures)])
        show.update(now, Mode.PICTURE, latest)
        renderer.show(show.compose(now))
        if clock is time.process_time:
            renderer.seen(1)  # comes back when all is drawn
        if frame >= 0:
            taken.append(1000 * (clock() - began))
    return {
        f"p{share}": round(float(np.percentile(taken, share)), 2) for share in (50, 95, 99, 100)
    }


def keystone(size: tuple[int, int]) -> Calibration:
    """A table that fills most of a window, and lies a little askew in it."""
    width, height = size
    shares = np.array([[0.06, 0.04], [0.93, 0.07], [0.90, 0.96], [0.09, 0.93]])
    matrix = homography(rectangle(420, 297), shares * [width, height])
    rows = tuple(tuple(float(number) for number in row) for row in matrix)
    projector = ProjectorCalibration(size_px=size, mirror=False, rotate=0, table_to_projector=rows)
    return Calibration(projector=projector)


def hatched(seed: int) -> Gray:
    """A picture (S, S) uint8 of many short lines, all over the paper."""
    random = np.random.default_rng(seed)
    picture = np.full((_SIDE_PX, _SIDE_PX), 255, np.uint8)
    for x, y in random.integers(0, _SIDE_PX, (400, 2)).tolist():
        dx, dy = random.integers(-14, 15, 2).tolist()
        cv2.line(picture, (x, y), (x + dx, y + dy), (40,), 1, cv2.LINE_AA)
    return picture


if __name__ == "__main__":
    main()
