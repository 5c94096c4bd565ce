"""`models directions sefa`."""

from typing import Any

import click

from models.directions.commands.shared import discover_and_write, discovery_options
from models.directions.sefa import ROWS


@click.command("sefa")
@discovery_options
@click.option(
    "--rows",
    default="as-is",
    show_default=True,
    type=click.Choice(ROWS),
    help="unit: every channel counts the same, as in the authors' program.",
)
def sefa(rows: str, **options: Any) -> None:
    """Find directions from the weights that turn codes into styles (SeFa); takes a second."""
    discover_and_write("sefa", options, rows=rows)
