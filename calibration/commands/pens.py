"""`calibrate pens`: which pens the camera sees well enough."""

from __future__ import annotations

from pathlib import Path

import click

from calibration.check import require_unmoved
from calibration.commands.frames import grab
from calibration.commands.options import FRAMES_OPTION, camera_option, chosen_camera
from calibration.papers import PAPERS
from calibration.pens import LEAST_CONTRAST, LEAST_TO_NOISE, measure_pens
from calibration.rig.rehearsal import pens_drawn
from exhibit.camera import open_camera
from exhibit.camera.simulated import SimulatedCamera
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import load_calibration, save_calibration
from exhibit.contract.errors import REFUSED
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Gray


@click.command()
@CONFIG_OPTION
@camera_option("auto|simulated|PATH")
@FRAMES_OPTION
def pens(config_file: Path | None, source: str | None, frames: int) -> None:
    """Measure contrast and contrast to noise of the pens on the pen card.

    Draw one line across each box of the pen card of `calibrate print`, one pen a box, and lay it
    on the table, print up. Exit code 2 where a pen fails. To rehearse: `--camera simulated` looks
    at a made-up card and writes nothing.
    """
    config = read_config(config_file)
    asked = chosen_camera(config, source)
    known = load_calibration(config.calibration)
    rehearsed = asked.source == "simulated"
    seen = _simulated(asked, frames) if rehearsed else grab(open_camera(asked), frames)
    if not rehearsed:
        require_unmoved(known, seen, asked.mirrored)
    measured = measure_pens(seen, asked.mirrored)
    for reading in measured.readings:
        click.echo(
            f"box {reading.box}: contrast {reading.contrast:.2f}, to noise "
            f"{reading.contrast_to_noise:.0f}: {'pass' if reading.passed else 'FAIL'}"
        )
    click.echo(f"expected: contrast {LEAST_CONTRAST:.2f}, to noise {LEAST_TO_NOISE:.0f} or more")
    if rehearsed:
        click.echo("a rehearsal: nothing is written")
    else:
        save_calibration(config.calibration, known.model_copy(update={"pens": measured}))
        click.echo(f"written to {config.calibration}")
    if not all(reading.passed for reading in measured.readings):
        raise click.exceptions.Exit(REFUSED)


def _simulated(config: CameraConfig, count: int) -> list[Gray]:
    opened = open_camera(config)
    assert isinstance(opened, SimulatedCamera)
    opened.close()
    paper = PAPERS["a4"]
    page = pens_drawn(paper)
    return [opened.table.frame_of(page, paper.size_mm, number) for number in range(count)]
