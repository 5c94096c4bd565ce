"""`models directions resefa`."""

from typing import Any

import click

from exhibit.cli.numbers import POSITIVE
from models.directions.codes import Wish
from models.directions.commands.local import discover_locally, local_options
from models.directions.commands.shared import discovery_options
from models.directions.resefa import RANK, TAU


@click.command("resefa")
@discovery_options
@click.option(
    "--region",
    required=True,
    help="x,y,w,h in pixels of the picture, or an image of its size, bright inside.",
)
@local_options
@click.option(
    "--tau",
    default=TAU,
    show_default=True,
    type=POSITIVE,
    help="Share of the background's trace added for stability.",
)
@click.option(
    "--rank",
    default=RANK,
    show_default=True,
    type=click.IntRange(4),
    help="Random vectors that W+ is approximated with.",
)
def resefa(region: str, wish: Wish, tau: float, rank: int, **options: Any) -> None:
    """Find directions that change a region and leave the rest of the drawing alone (ReSeFa)."""
    discover_locally("resefa", options, region=region, wish=wish, tau=tau, rank=rank)
