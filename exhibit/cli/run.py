"""`exhibit run`: the table, in one command."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

import click

from exhibit.cli.options import CONFIG_OPTION
from exhibit.contract.bundle import find_bundle, load_bundle, load_directions
from exhibit.contract.calibration import load_calibration
from exhibit.contract.errors import ConfigError, ExhibitError, InputError
from exhibit.contract.settings.file import anchored, apply_overrides, load_config
from exhibit.contract.settings.layers import Layer, merged
from exhibit.contract.settings.overrides import OVERRIDES, layer_overrides, set_aside
from exhibit.contract.settings.published import Published
from exhibit.contract.settings.schema import Config
from exhibit.supervisor.processes import WindowKind, process_table
from exhibit.supervisor.session import run_table

DEFAULT_CONFIG = Path("config.yaml")


@click.command(short_help="Run the table. Ctrl-C ends it.")
@CONFIG_OPTION
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
    config = _usable_config(config_file, camera, bundle)
    if report is not None and not os.access(report.parent, os.W_OK):
        raise InputError(f"--report {report}: the folder {report.parent} cannot be written to")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    window = window or ("fullscreen" if _has_display() else "headless")
    table = process_table(window, _page_arguments(config_file) if config.operator.enabled else None)
    kept = {"command_line": _command_line_layer(camera, bundle)}
    settings = Published(1, config, _file_config(config_file), kept)
    ctx.exit(run_table(settings, table, stopping, seconds, report, click.echo))


def effective_config(config_file: Path | None, camera: str | None, bundle: str | None) -> Config:
    """Return a file's settings, the operator's overrides and the command line, the last on top."""
    config, complaint = layer_overrides(_file_config(config_file))
    if complaint:
        click.echo(complaint, err=True)
    return _with_command_line(config, camera, bundle)


def _usable_config(config_file: Path | None, camera: str | None, bundle: str | None) -> Config:
    """Return the effective settings, without the operator's overrides where those cannot work."""
    config = effective_config(config_file, camera, bundle)
    try:
        _refuse_early(config)
    except ExhibitError as error:
        plain = _with_command_line(_file_config(config_file), camera, bundle)
        if plain == config:
            raise
        _refuse_early(plain)
        click.echo(f"{error}; {set_aside(config.state_dir / OVERRIDES)}", err=True)
        return plain
    return config


def _file_config(config_file: Path | None) -> Config:
    found = _found_file(config_file)
    return anchored(Config(), Path.cwd()) if found is None else load_config(found)


def _found_file(config_file: Path | None) -> Path | None:
    if config_file is None and not DEFAULT_CONFIG.exists():
        return None
    return config_file or DEFAULT_CONFIG


def _with_command_line(config: Config, camera: str | None, bundle: str | None) -> Config:
    for source, layer in _command_line(camera, bundle).items():
        config = apply_overrides(config, layer, source)
    return config


def _command_line(camera: str | None, bundle: str | None) -> dict[str, Layer]:
    layers: dict[str, Layer] = {}
    if camera is not None:
        layers["--camera"] = {"camera": {"source": camera}}
    if bundle is not None:
        layers["--bundle"] = {"model": {"bundle": bundle}}
    return layers


def _command_line_layer(camera: str | None, bundle: str | None) -> Layer:
    layer: Layer = {}
    for given in _command_line(camera, bundle).values():
        layer = merged(layer, given)
    return layer


def _page_arguments(config_file: Path | None) -> tuple[str, ...]:
    """Return what the operator's page must know to show the museum's file."""
    found = _found_file(config_file)
    return () if found is None else ("--base", str(found.resolve()))


def _refuse_early(config: Config) -> None:
    """Refuse what cannot work before any process starts."""
    bundle = load_bundle(find_bundle(config.model.bundle))
    known = load_directions(bundle)
    for direction in config.editing.directions:
        if direction.name not in known:
            raise ConfigError(
                f"editing.directions: bundle '{bundle.card.name}' has no direction "
                f"'{direction.name}'; it has {', '.join(known) or 'none'}"
            )
    load_calibration(config.calibration)
    source = config.camera.source
    # A device may be plugged in later; a file or folder that is not there now is a mistake.
    is_device = source.startswith("/dev/")
    if source not in ("auto", "simulated") and not is_device and not Path(source).exists():
        raise InputError(
            f"camera '{source}' not found; expected auto, simulated, a camera such as "
            "/dev/v4l/by-id/...-index0, a video file or a folder of images"
        )


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))
