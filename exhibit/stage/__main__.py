"""The stage process: `python -m exhibit.stage --run-dir DIR`."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click
import cv2

from exhibit.contract.calibration import usable_calibration
from exhibit.contract.errors import CLOSED, REFUSED, ExhibitError
from exhibit.contract.heap import settle
from exhibit.contract.precedence import take_precedence
from exhibit.contract.settings.published import Follower
from exhibit.stage.opened import open_stage
from exhibit.stage.performance import Performance
from exhibit.stage.renderer import RendererError
from exhibit.stage.window import Ending, WindowKind

_SWITCH_S = 0.0002
"""For so long a thread that prepares a drawing keeps the interpreter from the one that shows: after
every call into OpenCV, some twenty in a frame, which with Python's 5 ms are six refreshes."""


@click.command()
@click.option("--run-dir", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--fullscreen", "kind", flag_value="fullscreen", default=True, help="On a projector.")
@click.option("--windowed", "kind", flag_value="windowed", help="In a window, on a desk.")
@click.option("--headless", "kind", flag_value="headless", help="Without a display.")
def main(run_dir: Path, kind: WindowKind) -> None:
    """Show pictures until asked to end."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        ending = _perform(run_dir, kind, stopping)
    except RendererError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except ExhibitError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(REFUSED)
    # After any other ending the table goes on, with a new window.
    sys.exit(CLOSED if ending is Ending.BY_HAND else 0)


def _perform(run_dir: Path, kind: WindowKind, stopping: threading.Event) -> Ending | None:
    follower = Follower(run_dir, "stage")
    config = follower.config
    calibration, uncalibrated = usable_calibration(config.calibration)
    # One thread: a pool would wait for its slowest member on a busy machine.
    cv2.setNumThreads(1)
    stage = open_stage(run_dir, config.stage, kind, calibration)
    try:
        performance = Performance(run_dir, follower, calibration, stage.window, stage.renderer)
        performance.complaints += (uncalibrated, stage.complaint)
        settle()
        sys.setswitchinterval(_SWITCH_S)
        ending = performance.run(stopping.is_set, take_precedence())
        stage.ended_well()
        return ending
    except RendererError as error:
        stage.ended_badly(str(error))
        raise
    finally:
        stage.window.close()


if __name__ == "__main__":
    main()
