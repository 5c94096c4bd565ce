"""`calibrate projector`: where the projection lands on the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pygame

from calibration.commands.options import camera_option, chosen_camera
from calibration.commands.window import open_window
from calibration.guide.steps import projector_step
from calibration.projection import Fit
from calibration.projector_steps import Degrees, Method, section_of
from calibration.projector_window import ProjectorWindow
from exhibit.camera import Grabber, open_camera
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import load_calibration, save_calibration
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import stage_size
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.schema import Config
from exhibit.contract.values import Gray


@click.command()
@CONFIG_OPTION
@camera_option("auto|PATH")
@click.option(
    "--method",
    type=click.Choice(["disc", "mesh", "automatic"]),
    default="disc",
    show_default=True,
    help="A disc laid on crosses; nine crosses moved onto printed marks; or by the camera alone.",
)
@click.option("--windowed", is_flag=True, help="A window, to try it on a desk.")
def projector(config_file: Path | None, source: str | None, method: Method, windowed: bool) -> None:
    """Measure where the projection lands on the table.

    Needs `calibrate table` before it, and the table not running. With `disc` lay the printed disc
    on each projected cross: 20 of them, two minutes. With `mesh` lay the registration sheet
    and move nine crosses onto its marks by the arrow keys. `automatic` needs the camera's filter
    taken off and nobody's hands.
    """
    config = read_config(config_file)
    known = load_calibration(config.calibration)
    camera = config.camera if method == "mesh" else chosen_camera(config, source)
    try:
        window = open_window(config.stage, windowed)
        hanging: tuple[bool, Degrees] = (config.stage.mirror, config.stage.rotate)
        step = projector_step(method, known, stage_size(*window.get_size(), config.stage.rotate))
        with _frames(camera, method) as newest:
            shown = ProjectorWindow(step, window, newest, hanging, camera.mirrored)
            fit = shown.run()
    except pygame.error as error:
        raise CalibrationError(
            f"no window could be opened ({error}); run it on the table's own display, or from the "
            "operator's page"
        ) from None
    finally:
        pygame.quit()
    if fit is None:
        click.echo("left as it was")
        return
    section = section_of(fit, method, shown.mirror, shown.rotate)
    save_calibration(config.calibration, known.model_copy(update={"projector": section}))
    click.echo(f"{said_of(fit)}; written to {config.calibration}")
    _tell_hanging(config, shown)


def said_of(fit: Fit) -> str:
    """Return how well a map was measured, in words."""
    if not fit.held_out.any():
        return "nine crosses on their marks"
    left_out = int(fit.left_out.sum())
    besides = f", {left_out} left out that fit no map" if left_out else ""
    return (
        f"light misses the points that were held out by {fit.mean_mm:.2f} mm, at most "
        f"{fit.largest_mm:.2f} mm{besides}"
    )


def _tell_hanging(config: Config, shown: ProjectorWindow) -> None:
    for key in ("mirror", "rotate"):
        asked, found = getattr(config.stage, key), getattr(shown, key)
        if asked != found:
            click.echo(f"now set stage.{key}: {str(found).lower()} in config.yaml (it is {asked})")


@contextmanager
def _frames(camera: CameraConfig, method: Method) -> Iterator[Callable[[], Gray | None]]:
    """Give what returns the camera's newest frame; a person's eyes need none."""
    if method == "mesh":
        yield lambda: None
        return
    grabber = Grabber(open_camera(camera))
    grabber.start()

    def newest() -> Gray | None:
        frame = grabber.newest(0.0)
        return None if frame is None else frame.pixels

    try:
        yield newest
    finally:
        grabber.close()
