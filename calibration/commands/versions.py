"""`calibrate versions`: what the calibration was before, and the way back to it."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import Calibration, load_calibration, return_to
from exhibit.contract.calibration.versions import Version
from exhibit.contract.calibration.versions import versions as kept_versions
from exhibit.contract.errors import CalibrationError, InputError

_PARTS = ("lens", "camera", "projector", "light", "pens")


@click.command()
@CONFIG_OPTION
@click.option("--return-to", "number", type=click.IntRange(1), help="Number of a version here.")
def versions(config_file: Path | None, number: int | None) -> None:
    """List what the calibration was before, the newest first; return to one of them.

    Every step that measures keeps what held until then. The one that holds now is kept as well
    when you return to another. Restart the table for it to take effect.
    """
    path = read_config(config_file).calibration
    found = kept_versions(path)
    if number is None:
        click.echo(f"now: {_parts(load_calibration(path))}")
        for index, version in enumerate(found, start=1):
            click.echo(f"{index}: {_line(version)}")
        return
    if number > len(found):
        raise InputError(
            f"--return-to {number}: expected a number of the list, of which there are {len(found)}"
        )
    calibration = return_to(path, found[number - 1])
    click.echo(f"{path} is as it was: {_parts(calibration)}")


def _line(version: Version) -> str:
    try:
        parts = _parts(load_calibration(version.file))
    except CalibrationError as error:
        parts = str(error)
    until = version.replaced_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return f"until {until}: {parts}"


def _parts(calibration: Calibration) -> str:
    measured = [name for name in _PARTS if getattr(calibration, name) is not None]
    return ", ".join(measured) or "nothing measured"
