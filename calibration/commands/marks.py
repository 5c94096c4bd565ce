"""`calibrate marks`: the sheet to print."""

from __future__ import annotations

from pathlib import Path

import click

from calibration.printed_sheet import SHEETS
from calibration.printing import write_sheet
from exhibit.contract.printed import RULER_MM


@click.command()
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="MARKS.pdf|.png",
    help="File to write.",
)
@click.option(
    "--paper",
    type=click.Choice(list(SHEETS)),
    default="a3",
    show_default=True,
    help="The paper that visitors draw on; the sheet is landscape.",
)
def marks(output: Path, paper: str) -> None:
    """Write the sheet of marks to print.

    Print it with a laser printer (carbon toner is black in infrared light) at 100 %, not "fit to
    page", on paper that light shines through, and check its ruler. Then lay it, print up, exactly
    where visitors' paper lies.
    """
    write_sheet(output, SHEETS[paper])
    click.echo(f"{output}: print at 100 %; the line at the bottom must measure {RULER_MM:.0f} mm")
