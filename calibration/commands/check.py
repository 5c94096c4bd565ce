"""`calibrate check`: does the calibration still hold?"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from calibration.check import check_calibration
from calibration.commands.frames import grab
from calibration.commands.options import camera_option, chosen_camera, read_config
from exhibit.camera import open_camera
from exhibit.camera.identity import format_of
from exhibit.camera.table_light import load_table_light
from exhibit.cli.options import CONFIG_OPTION
from exhibit.contract.calibration import load_calibration
from exhibit.contract.errors import REFUSED, CameraError
from exhibit.contract.slot_reader import SlotReader
from exhibit.contract.values import Gray

_FRAMES = 5


@click.command()
@CONFIG_OPTION
@camera_option("auto|PATH")
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Run folder of a table that runs, whose camera is in use: its newest frame is taken.",
)
def check(config_file: Path | None, source: str | None, run_dir: Path | None) -> None:
    """Look whether the calibration still holds: camera, border marks, light. Takes seconds.

    For the start of the day and every hour; exit code 2 where something is at fault. Visitors may
    draw meanwhile.
    """
    config = read_config(config_file)
    asked = chosen_camera(config, source)
    known = load_calibration(config.calibration)
    frames = grab(open_camera(asked), _FRAMES) if run_dir is None else [_newest(run_dir)]
    height, width = frames[0].shape
    light = load_table_light(config.calibration, known, asked.source == "simulated")
    findings = check_calibration(frames, format_of(asked, (width, height)), asked, known, light)
    for finding in findings:
        click.echo(f"{finding.verdict:5}  {finding.subject}: {finding.text}")
    if any(finding.verdict == "fault" for finding in findings):
        raise click.exceptions.Exit(REFUSED)


def _newest(run_dir: Path) -> Gray:
    found = SlotReader(run_dir / "camera.slot").peek()
    if found is None:
        raise CameraError(f"{run_dir}: no frame of a running table is there")
    return np.asarray(found.pixels, np.uint8)
