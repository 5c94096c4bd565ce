"""`calibrate print`: everything to print, once."""

from __future__ import annotations

from pathlib import Path

import click

from calibration.pages import PAGES
from calibration.papers import PAPERS
from calibration.printing import write_pages
from exhibit.contract.printed import RULER_MM


@click.command("print")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="SHEETS.pdf",
    help="File to write.",
)
@click.option(
    "--paper",
    type=click.Choice(list(PAPERS)),
    default="a3",
    show_default=True,
    help="The paper that visitors draw on; all sheets are landscape.",
)
@click.option(
    "--only",
    type=click.Choice(list(PAGES)),
    multiple=True,
    help="One sheet of them; may be given several times.",
)
def print_sheets(output: Path, paper: str, only: tuple[str, ...]) -> None:
    """Write the sheets to print: board, registration marks, border marks, cards.

    Print them with a laser printer (carbon toner is black in infrared light) at 100 %, not "fit to
    page", on the paper that visitors draw on, and measure the ruler on each.
    """
    names = only or tuple(PAGES)
    write_pages(output, [PAGES[name](PAPERS[paper]) for name in names])
    click.echo(f"{output}: {', '.join(names)}")
    click.echo(
        f"print at 100 %; every ruler must measure {RULER_MM:.0f} mm. Where the board's does not, "
        "tell `calibrate table` what it measures: --ruler-mm"
    )
