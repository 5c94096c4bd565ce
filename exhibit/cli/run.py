"""`exhibit run`: the table, in one command."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import click

from exhibit.contract.bundle import find_bundle, load_bundle
from exhibit.contract.calibration import load_calibration
from exhibit.contract.config import Config
from exhibit.contract.config_file import apply_overrides, load_config
from exhibit.contract.errors import InputError
from exhibit.contract.overrides import layer_overrides
from exhibit.processes import WindowKind, process_table
from exhibit.session import run_table

DEFAULT_CONFIG = Path("config.yaml")


@click.command()
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="F",
    help="Settings of this table; config.yaml in this folder where none is named.",
)
@click.option(
    "--camera",
    metavar="auto|simulated|PATH",
    help="auto takes the first camera found; simulated lets a made-up visitor draw; PATH is a "
    "camera such as /dev/v4l/by-id/...-index0, a video file or a folder of images.",
)
@click.option(
    "--bundle",
    metavar="NAME|DIR",
    help="The artist who answers: an installed bundle, or the folder of one.",
)
@click.option("--windowed", "window", flag_value="windowed", help="A window, for a desk.")
@click.option(
    "--headless",
    "window",
    flag_value="headless",
    help="No display: live pictures on a web address, which is printed.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    metavar="S",
    help="End by itself after S seconds.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="R.json",
    help="Write what was measured (frame rates, latencies, memory) at the end.",
)
@click.pass_context
def run(
    ctx: click.Context,
    config_file: Path | None,
    camera: str | None,
    bundle: str | None,
    window: WindowKind | None,
    seconds: float | None,
    report: Path | None,
) -> None:
    """Run the table: camera, drawings, projection. Ctrl-C ends it.

    Full screen on the projector where there is a display. Without a camera a simulated visitor
    draws; without a display the stage is shown on a local web address.
    """
    config = effective_config(config_file, camera, bundle)
    _refuse_early(config, report)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    table = process_table(window or ("fullscreen" if _has_display() else "headless"))
    ctx.exit(run_table(config, table, stopping, seconds, report, click.echo))


def effective_config(config_file: Path | None, camera: str | None, bundle: str | None) -> Config:
    """Return a file's settings, the operator's overrides and the command line, the last on top."""
    if config_file is None and not DEFAULT_CONFIG.exists():
        config = Config()
    else:
        config = load_config(config_file or DEFAULT_CONFIG)
    config, complaint = layer_overrides(config)
    if complaint:
        click.echo(complaint, err=True)
    layers: list[tuple[str, dict[str, Any]]] = []
    if camera is not None:
        layers.append(("--camera", {"camera": {"source": camera}}))
    if bundle is not None:
        layers.append(("--bundle", {"model": {"bundle": bundle}}))
    for source, overrides in layers:
        config = apply_overrides(config, overrides, source)
    return config


def _refuse_early(config: Config, report: Path | None) -> None:
    """Refuse what cannot work before any process starts."""
    load_bundle(find_bundle(config.model.bundle))
    load_calibration(config.calibration)
    source = config.camera.source
    # A device may be plugged in later; a file or folder that is not there now is a mistake.
    is_device = source.startswith("/dev/")
    if source not in ("auto", "simulated") and not is_device and not Path(source).exists():
        raise InputError(
            f"camera '{source}' not found; expected auto, simulated, a camera such as "
            "/dev/v4l/by-id/...-index0, a video file or a folder of images"
        )
    if report is not None and not os.access(report.parent, os.W_OK):
        raise InputError(f"--report {report}: the folder {report.parent} cannot be written to")


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))
