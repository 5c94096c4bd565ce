"""`calibrate check`: does the calibration still hold?"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import numpy as np

from calibration.check import check_calibration
from calibration.commands.frames import grab
from calibration.commands.options import camera_option, chosen_camera
from exhibit.camera import open_camera
from exhibit.camera.identity import format_of
from exhibit.camera.table_light import load_table_light
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.board import RUN_PREFIX, SHARED_MEMORY
from exhibit.contract.calibration import load_calibration
from exhibit.contract.errors import REFUSED, CameraError
from exhibit.contract.slot_reader import SlotReader
from exhibit.contract.values import Gray

_FRAMES = 5


@click.command()
@CONFIG_OPTION
@camera_option("auto|PATH")
@click.option(
    "--running",
    is_flag=True,
    help="The table runs, so that its camera is in use: look at the newest of its frames.",
)
def check(config_file: Path | None, source: str | None, running: bool) -> None:
    """Look whether the calibration still holds: camera, border marks, light. Takes seconds.

    For the start of the day and every hour; exit code 2 where something is at fault. Visitors may
    draw meanwhile.
    """
    config = read_config(config_file)
    asked = chosen_camera(config, source)
    known = load_calibration(config.calibration)
    frames = [_newest()] if running else grab(open_camera(asked), _FRAMES)
    height, width = frames[0].shape
    light = load_table_light(config.calibration, known, asked.source == "simulated")
    findings = check_calibration(frames, format_of(asked, (width, height)), asked, known, light)
    for finding in findings:
        click.echo(f"{finding.verdict:5}  {finding.subject}: {finding.text}")
    if any(finding.verdict == "fault" for finding in findings):
        raise click.exceptions.Exit(REFUSED)


def _newest() -> Gray:
    slots = [
        slot
        for folder in (SHARED_MEMORY, Path(tempfile.gettempdir()))
        for slot in folder.glob(f"{RUN_PREFIX}*/camera.slot")
    ]
    found = SlotReader(max(slots, key=_written_at)).peek() if slots else None
    if found is None:
        raise CameraError("no table of this user is running, or its camera gives no frame")
    return np.asarray(found.pixels, np.uint8)


def _written_at(slot: Path) -> float:
    return slot.stat().st_mtime
