"""`exhibit run`: the table, in one command."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

import click

from exhibit.cli.numbers import POSITIVE
from exhibit.cli.options import CONFIG_OPTION, found_file
from exhibit.cli.starting import attended_settings, command_line, service_settings
from exhibit.contract.bundle import find_bundle
from exhibit.contract.errors import InputError
from exhibit.contract.notify import ServiceNotifier
from exhibit.contract.plain_files import real_path
from exhibit.supervisor.processes import WindowKind, process_table
from exhibit.supervisor.session import run_table
from exhibit.supervisor.startup import begin_start


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
    type=POSITIVE,
    metavar="S",
    help="End by itself after S seconds.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="R.json",
    help="Write what was measured (frame rates, latencies, memory) at the end.",
)
@click.option(
    "--without-page",
    is_flag=True,
    help="The operator's page is started by `exhibit operator serve`, apart from the table.",
)
@click.option(
    "--dry-run", is_flag=True, help="Check everything, say what would be shown, start nothing."
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
    without_page: bool,
    dry_run: bool,
) -> None:
    """Run the table: camera, drawings, projection. Ctrl-C ends it.

    Full screen on the projector where there is a display. Without a camera a simulated visitor
    draws; without a display the stage is shown on a local web address.
    """
    # Somebody reads what is refused; a service starts with what can be used.
    given = command_line(camera, bundle)
    settings_of = service_settings if ServiceNotifier().present else attended_settings
    settings = settings_of(config_file, given, _count_nothing if dry_run else begin_start)
    for line in settings.left_out:
        click.echo(line, err=True)
    if report is not None and not os.access(report.parent, os.W_OK):
        raise InputError(f"--report {report}: the folder {report.parent} cannot be written to")
    window = window or ("fullscreen" if _has_display() else "headless")
    if dry_run:
        config = settings.config
        click.echo(
            f"Dry run, nothing was started: camera {config.camera.source}, bundle "
            f"{find_bundle(config.model.bundle)}, {window}"
        )
        return
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    page: tuple[str, ...] | None = None
    apart: tuple[str, ...] = ()
    if settings.config.operator.enabled and not without_page:
        page = _page_arguments(config_file)
    elif settings.config.operator.enabled:
        apart = ("operator",)
    table = process_table(window, page)
    ctx.exit(run_table(settings, table, stopping, seconds, report, click.echo, apart))


def _count_nothing(_state_dir: Path) -> None:
    """Count no start: there is none."""


def _page_arguments(config_file: Path | None) -> tuple[str, ...]:
    """Return what the operator's page must know to show the museum's file."""
    found = found_file(config_file)
    return () if found is None else ("--base", str(real_path(found)))


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))
