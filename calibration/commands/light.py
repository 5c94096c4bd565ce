"""`calibrate light`: what a blank sheet looks like, and the sensor without light."""

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
from calibration.measured_light import blank_of, dark_of, save_picture
from exhibit.camera import choose_source, open_camera
from exhibit.camera.simulated import SimulatedCamera
from exhibit.camera.table_light import load_table_light
from exhibit.cli.options import CONFIG_OPTION
from exhibit.contract.calibration import (
    Calibration,
    LightCalibration,
    load_calibration,
    save_calibration,
)
from exhibit.contract.errors import CalibrationError
from exhibit.contract.settings.schema import CameraConfig


@click.command()
@CONFIG_OPTION
@camera_option("auto|simulated|PATH")
@FRAMES_OPTION
@click.option("--dark", is_flag=True, help="The second step: the light is off or the lens covered.")
def light(config_file: Path | None, source: str | None, frames: int, dark: bool) -> None:
    """Look at a blank sheet, so that the table knows its light from the first frame on.

    Needs a clean blank sheet on the table, where visitors' paper lies, the table's light on, and
    the table not running. Then, if you like, switch the light off or cover the lens and run it
    again with --dark. Writes pictures beside the file named by `calibration` in config.yaml.
    """
    config = read_config(config_file)
    asked = asked_camera(config, source)
    path = config.calibration
    known = load_calibration(path)
    measured = _dark(path, known, asked, frames) if dark else _blank(path, asked, frames)
    save_calibration(path, known.model_copy(update={"light": measured}))
    click.echo(f"written to {path}")
    if not dark:
        click.echo("next, if you like: light off or lens covered, then `calibrate light --dark`")


def _blank(path: Path, asked: CameraConfig, count: int) -> LightCalibration:
    camera = open_camera(asked)
    simulated = isinstance(camera, SimulatedCamera)
    if isinstance(camera, SimulatedCamera):
        camera.close()
        blank = camera.table.flat_field()
    else:
        blank = blank_of(grab(camera, count))
    height, width = blank.shape
    return LightCalibration(
        size_px=(width, height),
        simulated=simulated,
        blank=save_picture(path, "blank", blank),
    )


def _dark(path: Path, known: Calibration, asked: CameraConfig, count: int) -> LightCalibration:
    source = choose_source(asked)
    before = load_table_light(path, known, source.source == "simulated")
    if before is None or known.light is None:
        raise CalibrationError(
            "this camera has not seen a blank sheet yet; run `calibrate light` without --dark first"
        )
    camera = open_camera(source)
    if isinstance(camera, SimulatedCamera):
        camera.close()
        frames = [camera.table.dark_frame()]
    else:
        frames = grab(camera, count)
    dark = save_picture(path, "dark", dark_of(frames, before.blank))
    return known.light.model_copy(update={"dark": dark})
