"""`models directions regression`."""

from typing import Any

import click

from models.directions.commands.shared import discovery_options
from models.directions.commands.supervised import learn_and_write, sample_options


@click.command("regression")
@discovery_options
@sample_options
def regression(**options: Any) -> None:
    """Find the directions that predict what is measured on drawings (linear regression)."""
    learn_and_write("regression", options)
