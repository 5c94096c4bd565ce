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
from calibration.rectify import calibrate_camera
from exhibit.camera import open_camera
from exhibit.cli.options import CONFIG_OPTION
from exhibit.contract.calibration import load_calibration, save_calibration
from exhibit.contract.errors import CameraError
from exhibit.contract.settings.schema import CameraConfig
from exhibit.contract.values import Gray


@click.command()
@CONFIG_OPTION
@camera_option("auto|PATH")
@FRAMES_OPTION
def camera(config_file: Path | None, source: str | None, frames: int) -> None:
    """Measure where the camera sees the table.

    Needs the printed sheet of `calibrate marks` on the table, where visitors' paper lies, and the
    table not running. Writes the file named by `calibration` in config.yaml.
    """
    config = read_config(config_file)
    asked = asked_camera(config, source)
    sheet, measured = calibrate_camera(_grab(asked, frames), asked.mirrored)
    known = load_calibration(config.calibration)
    table_mm = (sheet.width_mm, sheet.height_mm)
    update = {"camera": measured, "table_mm": table_mm}
    if known.projector is not None and known.table_mm != table_mm:
        update["projector"] = None
        click.echo("the sheet has another size than before: run `calibrate corners` again")
    save_calibration(config.calibration, known.model_copy(update=update))
    click.echo(
        f"{sheet.name.upper()} sheet found; largest error {measured.error_mm:.2f} mm; "
        f"written to {config.calibration}"
    )


def _grab(config: CameraConfig, count: int) -> list[Gray]:
    opened = open_camera(config)
    if getattr(opened, "simulated", False):
        opened.close()
        raise CameraError(
            "no camera found, and the simulated table has no marks; plug the camera in, or name "
            "one with --camera"
        )
    return grab(opened, count)
