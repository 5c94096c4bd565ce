"""What commands of `calibrate` share: the configuration, and the camera to look through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from exhibit.camera import choose_source
from exhibit.contract.errors import CameraError
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.settings.schema import Config

Command = Callable[..., Any]

FRAMES_OPTION = click.option(
    "--frames", type=click.IntRange(1, 1000), default=30, show_default=True
)


def camera_option(metavar: str) -> Callable[[Command], Command]:
    """Name the camera to look through; `metavar` lists what a command can use."""
    return click.option(
        "--camera",
        "source",
        metavar=metavar,
        help="A camera such as /dev/v4l/by-id/...-index0, a video file or a folder of images.",
    )


def chosen_camera(config: Config, source: str | None) -> CameraConfig:
    """Return the camera to look through, with a source that is not `auto` any longer.

    Raises:
        CameraError: there is none; the simulated table takes no part unless it is asked for.
    """
    asked = asked_camera(config, source)
    chosen = choose_source(asked)
    if chosen.source == "simulated" and asked.source != "simulated":
        raise CameraError(
            "no camera found; plug it in, name one with --camera, or rehearse with --camera "
            "simulated"
        )
    return chosen


def asked_camera(config: Config, source: str | None) -> CameraConfig:
    """Return the configured camera, or the one named on the command line."""
    return config.camera if source is None else config.camera.model_copy(update={"source": source})
