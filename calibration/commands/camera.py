"""`calibrate camera`: where the camera sees the table."""

from __future__ import annotations

from pathlib import Path

import click

from calibration.commands.frames import grab
from calibration.commands.options import (
    FRAMES_OPTION,
    asked_camera,
    camera_option,
    read_config,
)
from calibration.printed_sheet import SHEETS
from calibration.printing import render
from calibration.rectify import calibrate_camera
from exhibit.camera import open_camera
from exhibit.camera.simulated import SimulatedCamera
from exhibit.cli.options import CONFIG_OPTION
from exhibit.contract.calibration import load_calibration, save_calibration
from exhibit.contract.errors import CameraError
from exhibit.contract.settings.schema import CameraConfig
from exhibit.contract.values import Gray

_PIXELS_PER_MM = 4


@click.command()
@CONFIG_OPTION
@camera_option("auto|simulated|PATH")
@FRAMES_OPTION
def camera(config_file: Path | None, source: str | None, frames: int) -> None:
    """Measure where the camera sees the table.

    Needs the printed sheet of `calibrate marks` on the table, where visitors' paper lies, and the
    table not running. Writes the file named by `calibration` in config.yaml. To rehearse it,
    `--camera simulated` looks at a made-up A4 sheet and writes nothing.
    """
    config = read_config(config_file)
    asked = asked_camera(config, source)
    rehearsed = asked.source == "simulated"
    seen = _simulated(asked, frames) if rehearsed else _grab(asked, frames)
    sheet, measured = calibrate_camera(seen, asked.mirrored)
    found = f"{sheet.name.upper()} sheet found; largest error {measured.error_mm:.2f} mm; "
    if rehearsed:
        click.echo(f"{found}a rehearsal: nothing is written")
        return
    known = load_calibration(config.calibration)
    table_mm = (sheet.width_mm, sheet.height_mm)
    update = {"camera": measured, "table_mm": table_mm}
    if known.projector is not None and known.table_mm != table_mm:
        update["projector"] = None
        click.echo("the sheet has another size than before: run `calibrate corners` again")
    save_calibration(config.calibration, known.model_copy(update=update))
    click.echo(f"{found}written to {config.calibration}")


def _simulated(config: CameraConfig, count: int) -> list[Gray]:
    """Return frames of a printed sheet on the simulated table."""
    opened = open_camera(config)
    assert isinstance(opened, SimulatedCamera)
    opened.close()
    sheet = SHEETS["a4"]
    page, size_mm = render(sheet, _PIXELS_PER_MM), (sheet.width_mm, sheet.height_mm)
    return [opened.table.frame_of(page, size_mm, number) for number in range(count)]


def _grab(config: CameraConfig, count: int) -> list[Gray]:
    opened = open_camera(config)
    if getattr(opened, "simulated", False):
        opened.close()
        raise CameraError(
            "no camera found; plug it in, name one with --camera, or rehearse with --camera "
            "simulated"
        )
    return grab(opened, count)
