"""`calibrate report`: what was measured, as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from calibration.report import Report, report_of
from calibration.report_html import report_html
from calibration.report_pdf import report_pdf
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.calibration import Calibration, load_calibration
from exhibit.contract.calibration.versions import versions
from exhibit.contract.errors import CalibrationError, InputError
from exhibit.contract.files import write_whole

_KINDS: Mapping[str, Callable[[Report], str | bytes]] = {".html": report_html, ".pdf": report_pdf}


@click.command()
@CONFIG_OPTION
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("calibration.html"),
    show_default=True,
    help="File to write: a page of HTML, or PDF where its name ends in .pdf.",
)
@click.option(
    "--before",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Which version to compare with, as `calibrate versions` numbers them.",
)
def report(config_file: Path | None, output: Path, before: int) -> None:
    """Write one page of HTML, or a PDF: errors as arrows, where was measured, zones of light, pens,
    before and after.
    """
    if output.suffix.lower() not in _KINDS:
        raise InputError(f"{output}: expected a name that ends in {' or '.join(_KINDS)}")
    path = read_config(config_file).calibration
    if not path.exists():
        raise InputError(f"{path}: nothing was measured yet; run `calibrate camera` first")
    kept = versions(path)
    earlier = _readable(kept[before - 1].file) if len(kept) >= before else None
    written = _KINDS[output.suffix.lower()](report_of(load_calibration(path), earlier))
    try:
        write_whole(output, written)
    except OSError as error:
        raise InputError(f"{output}: not written: {error.strerror}") from None
    click.echo(f"written to {output}")


def _readable(file: Path) -> Calibration | None:
    try:
        return load_calibration(file)
    except CalibrationError as error:
        click.echo(f"without what was before: {error}", err=True)
        return None
