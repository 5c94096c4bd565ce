"""`calibrate light`: what a blank sheet looks like, and the sensor without light."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from calibration.check import require_unmoved
from calibration.commands.frames import grab
from calibration.commands.options import FRAMES_OPTION, camera_option, chosen_camera
from calibration.exposure import Exposure, find_exposure
from calibration.measured_light import NO_BLANK, blank_of, light_section, with_dark
from calibration.zones import dim_zones
from exhibit.camera import open_camera
from exhibit.camera.identity import format_of
from exhibit.camera.simulated import SimulatedCamera
from exhibit.camera.table_light import load_table_light
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import (
    Calibration,
    LightCalibration,
    load_calibration,
    save_calibration,
)
from exhibit.contract.errors import CalibrationError
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Gray

_TRIED_FRAMES = 3


@click.command()
@CONFIG_OPTION
@camera_option("auto|simulated|PATH")
@FRAMES_OPTION
@click.option("--dark", is_flag=True, help="The second step: the light is off or the lens covered.")
@click.option(
    "--keep-exposure", is_flag=True, help="Leave the exposure as it is in config.yaml, or alone."
)
def light(
    config_file: Path | None, source: str | None, frames: int, dark: bool, keep_exposure: bool
) -> None:
    """Look at a blank sheet, so that the table knows its light from the first frame on.

    Needs a clean blank sheet or the flat-field card on the table, where visitors' paper lies, the
    table's light on, and the table not running. It finds the exposure, and the gain if needed, at
    which paper stands at 70 %, and says which zones of the light are dim. Then, if you like, switch
    the light off or cover the lens and run it again with --dark. Writes pictures beside the file
    named by `calibration` in config.yaml. To rehearse: `--camera simulated`, which writes nothing
    where config.yaml names another camera.
    """
    config = read_config(config_file)
    asked = chosen_camera(config, source)
    if asked.source == "simulated" and config.camera.source != "simulated":
        _rehearse(asked, frames, dark)
        return
    path = config.calibration
    known = load_calibration(path)
    if dark:
        measured = _dark(path, known, asked, frames)
    else:
        asked, found = _exposed(asked, keep_exposure)
        measured = _blank(path, known, asked, frames)
        _tell(measured, found, config.camera)
    save_calibration(path, known.model_copy(update={"light": measured}))
    click.echo(f"written to {path}")
    if not dark:
        click.echo("next, if you like: light off or lens covered, then `calibrate light --dark`")


def _rehearse(asked: CameraConfig, count: int, dark: bool) -> None:
    """Measure the simulated table beside a real one's calibration, which stays as it is."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "calibration.yaml"
        measured = _blank(path, Calibration(), asked, count)
        _tell(measured, None, asked)
        if dark:
            _dark(path, Calibration(light=measured), asked, count)
            click.echo("without light the sensor is dark")
    click.echo("a rehearsal: nothing is written")


def _exposed(asked: CameraConfig, keep: bool) -> tuple[CameraConfig, Exposure | None]:
    """Return the camera with the exposure that suits it; only a device has one."""
    if keep or not asked.source.startswith("/dev/"):
        return asked, None

    def with_exposure(exposure: int, gain: int | None) -> CameraConfig:
        update = {"exposure": exposure, "gain": asked.gain if gain is None else gain}
        return asked.model_copy(update=update)

    def look(exposure: int, gain: int | None) -> list[Gray]:
        return grab(open_camera(with_exposure(exposure, gain)), _TRIED_FRAMES)

    found = find_exposure(look, asked.fps)
    return with_exposure(found.exposure, found.gain), found


def _blank(path: Path, known: Calibration, asked: CameraConfig, count: int) -> LightCalibration:
    camera = open_camera(asked)
    if isinstance(camera, SimulatedCamera):
        camera.close()
        blank = camera.table.flat_field()
    else:
        frames = grab(camera, count)
        require_unmoved(known, frames, asked.mirrored)
        blank = blank_of(frames)
    height, width = blank.shape
    seen_by, exposed = format_of(asked, (width, height)), (asked.exposure, asked.gain)
    return light_section(path, blank, seen_by, asked.mirrored, exposed)


def _tell(measured: LightCalibration, found: Exposure | None, config: CameraConfig) -> None:
    if measured.paper_share is not None:
        click.echo(f"blank paper stands at {100 * measured.paper_share:.0f} %")
    for row in measured.zones:
        click.echo("zones: " + " ".join(f"{100 * share:4.0f} %" for share in row))
    for zone in dim_zones(measured.zones):
        click.echo(f"the light is dim at the {zone}: an LED may be out")
    if found is None:
        return
    for key, value in (("exposure", found.exposure), ("gain", found.gain)):
        if value is not None and getattr(config, key) != value:
            click.echo(f"now set camera.{key}: {value} in config.yaml")


def _dark(path: Path, known: Calibration, asked: CameraConfig, count: int) -> LightCalibration:
    before = load_table_light(path, known, asked.source == "simulated")
    if before is None or known.light is None:
        raise CalibrationError(NO_BLANK)
    update = {"exposure": known.light.exposure, "gain": known.light.gain}
    camera = open_camera(asked.model_copy(update=update))
    if isinstance(camera, SimulatedCamera):
        camera.close()
        frames = [camera.table.dark_frame()]
    else:
        frames = grab(camera, count)
    return with_dark(path, known.light, before, frames)
