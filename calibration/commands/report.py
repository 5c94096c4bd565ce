"""`calibrate report`: what was measured, as one page."""

from __future__ import annotations

from pathlib import Path

import click

from calibration.report import report_html
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import Calibration, load_calibration
from exhibit.contract.calibration.versions import versions
from exhibit.contract.errors import CalibrationError, InputError
from exhibit.contract.files import write_whole


@click.command()
@CONFIG_OPTION
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("calibration.html"),
    show_default=True,
    help="File to write.",
)
@click.option(
    "--before",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Which version to compare with, as `calibrate versions` numbers them.",
)
def report(config_file: Path | None, output: Path, before: int) -> None:
    """Write one HTML page: errors as arrows, where was measured, zones of light, pens, before and
    after. A browser prints it, or saves it as PDF.
    """
    path = read_config(config_file).calibration
    if not path.exists():
        raise InputError(f"{path}: nothing was measured yet; run `calibrate camera` first")
    kept = versions(path)
    earlier = _readable(kept[before - 1].file) if len(kept) >= before else None
    try:
        write_whole(output, report_html(load_calibration(path), earlier))
    except OSError as error:
        raise InputError(f"{output}: not written: {error.strerror}") from None
    click.echo(f"written to {output}")


def _readable(file: Path) -> Calibration | None:
    try:
        return load_calibration(file)
    except CalibrationError as error:
        click.echo(f"without what was before: {error}", err=True)
        return None
