"""`calibrate camera`: the lens, from a board that is held before the camera."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from calibration.commands.options import camera_option, chosen_camera
from calibration.intrinsics import measure_lens
from calibration.rig.rehearsal import held_boards
from calibration.sightings import LOST_AFTER, find_board, name_of, turn, why_none
from calibration.views import WANTED_VIEWS, ViewCollector
from exhibit.camera import open_camera
from exhibit.camera.identity import format_of
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import LensCalibration, load_calibration, save_calibration
from exhibit.contract.errors import CalibrationError, InputError
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Gray
from exhibit.pictures import read_grey
from exhibit.pictures.files import is_picture


@click.command()
@CONFIG_OPTION
@camera_option("auto|simulated|PATH")
@click.option(
    "--views",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Pictures of the board that were taken before, in place of the live camera.",
)
@click.option("--most-frames", type=click.IntRange(10), default=5400, show_default=True)
def camera(
    config_file: Path | None, source: str | None, folder: Path | None, most_frames: int
) -> None:
    """Measure how the camera's lens bends lines.

    Hold the board of `calibrate print`, glued onto something flat, before the camera: near and
    far, in every corner of the picture, tilted this way and that. It says where to go next, takes
    a view whenever the board is still, and ends by itself. The table must not be running.

    Afterwards run `calibrate table`. To rehearse: `--camera simulated`, which writes nothing.
    """
    config = read_config(config_file)
    asked = chosen_camera(config, source)
    rehearsed = asked.source == "simulated" and folder is None
    collector = ViewCollector()
    if folder is not None:
        _take_pictures(collector, folder, asked.mirrored)
    else:
        frames = held_boards(asked.mirrored) if rehearsed else _frames_of(asked)
        _collect(collector, frames, asked.mirrored, most_frames)
    if not collector.views:
        raise CalibrationError("the board was not seen; " + collector.advice())
    lens = measure_lens(
        collector.views, format_of(asked, collector.views[0].size_px), asked.mirrored
    )
    click.echo(f"{name_of(collector.views[0].board)} board; {summary(lens)}")
    if rehearsed:
        click.echo("a rehearsal: nothing is written")
        return
    known = load_calibration(config.calibration)
    # Where the camera sees the table was told through the lens that was known before.
    update = {"lens": lens, "camera": None}
    save_calibration(config.calibration, known.model_copy(update=update))
    click.echo(f"written to {config.calibration}; now lay the board down: `calibrate table`")


def summary(lens: LensCalibration) -> str:
    """Return in one line what was measured, with standard errors."""
    (fx, fy), (cx, cy) = lens.focal_px, lens.centre_px
    (fx_off, fy_off), (cx_off, cy_off) = lens.focal_uncertainty_px, lens.centre_uncertainty_px
    return (
        f"{lens.views} views, {lens.views_dropped} dropped; error {lens.error_px:.2f} px; focal "
        f"length {fx:.1f} ± {fx_off:.1f} and {fy:.1f} ± {fy_off:.1f} px; axis at {cx:.1f} ± "
        f"{cx_off:.1f}, {cy:.1f} ± {cy_off:.1f} px; k1 {lens.distortion[0]:.3f} ± "
        f"{lens.distortion_uncertainty[0]:.3f}"
    )


def _collect(
    collector: ViewCollector, frames: Iterator[Gray], mirrored: bool, most_frames: int
) -> None:
    said, lost = "", 0
    for _, frame in zip(range(most_frames), frames, strict=False):
        sighting = find_board(turn(frame, mirrored))
        lost = 0 if sighting else lost + 1
        if collector.offer(sighting):
            click.echo(f"view {len(collector.views)} of {WANTED_VIEWS} or more taken")
        advice = collector.advice() if lost < LOST_AFTER else why_none([frame], mirrored)
        if advice != said:
            click.echo(advice)
            said = advice
        if collector.complete:
            return


def _take_pictures(collector: ViewCollector, folder: Path, mirrored: bool) -> None:
    for path in sorted(folder.iterdir()):
        if not path.is_file() or not is_picture(path):
            continue
        try:
            frame = read_grey(path)
        except InputError as error:
            click.echo(f"left out: {error}")
            continue
        sighting = find_board(turn(frame, mirrored))
        if sighting is None:
            click.echo(f"{path.name}: {why_none([frame], mirrored)}")
        else:
            collector.views.append(sighting)


def _frames_of(asked: CameraConfig) -> Iterator[Gray]:
    opened = open_camera(asked)
    try:
        while True:
            yield opened.read().pixels
    finally:
        opened.close()
