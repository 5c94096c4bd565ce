"""`models directions mean-difference`."""

from typing import Any

import click

from models.directions.commands.shared import discover_and_write, discovery_options
from models.directions.commands.supervised import FRACTION_OPTION, sample_options, settings_of


@click.command("mean-difference")
@discovery_options
@sample_options
@FRACTION_OPTION
def mean_difference(fraction: float, **options: Any) -> None:
    """Find the way from drawings with least of something to those with most of it."""
    settings = settings_of(options)
    discover_and_write("mean-difference", options, fraction=fraction, **settings)
