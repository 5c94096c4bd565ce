"""`models directions mean-difference`."""

from typing import Any, get_args

import click

from models.directions.commands.shared import discovery_options
from models.directions.commands.supervised import FRACTION_OPTION, learn_and_write, sample_options
from models.directions.mean_difference import Axes


@click.command("mean-difference")
@discovery_options
@sample_options
@FRACTION_OPTION
@click.option(
    "--axes",
    default="as-is",
    show_default=True,
    type=click.Choice(get_args(Axes)),
    help="Take the difference as it is, or in the deviations of w along each axis.",
)
def mean_difference(fraction: float, axes: Axes, **options: Any) -> None:
    """Find the way from drawings with least of something to those with most of it."""
    learn_and_write("mean-difference", options, fraction=fraction, axes=axes)
