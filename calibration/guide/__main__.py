"""The guide as a process: `python -m calibration.guide --run-dir DIR`."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click
import cv2

from calibration.guide.guide import Guide
from exhibit.contract.calibration_guide import NAME
from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.contract.settings.published import Follower

_TICK_S = 0.05


@click.command()
@click.option("--run-dir", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(run_dir: Path) -> None:
    """Lead through the calibration of a running table until asked to end."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    cv2.setNumThreads(1)
    try:
        guide = Guide(run_dir, Follower(run_dir, NAME))
        try:
            while guide.tick() and not stopping.wait(_TICK_S):
                pass
        finally:
            guide.close()
    except ExhibitError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
