"""`models directions regression`."""

from typing import Any

import click

from models.directions.commands.shared import discover_and_write, discovery_options
from models.directions.commands.supervised import sample_options, settings_of


@click.command("regression")
@discovery_options
@sample_options
def regression(**options: Any) -> None:
    """Find the directions that predict what is measured on drawings (linear regression)."""
    settings = settings_of(options)
    discover_and_write("regression", options, **settings)
