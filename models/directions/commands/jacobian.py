"""`models directions jacobian`."""

from typing import Any

import click

from exhibit.cli.numbers import Number
from models.directions.codes import Wish
from models.directions.commands.local import discover_locally, local_options
from models.directions.commands.shared import discovery_options
from models.directions.jacobian import ANGLE_RAD


@click.command("jacobian")
@discovery_options
@click.option(
    "--region",
    help="x,y,w,h in pixels of the picture, or an image of its size, bright inside.",
)
@local_options
@click.option(
    "--angle",
    "angle_rad",
    default=ANGLE_RAD,
    show_default=True,
    type=Number(0, 1, min_open=True),
    help="Stops when a round turns the directions by less, in radians.",
)
def jacobian(region: str | None, wish: Wish, angle_rad: float, **options: Any) -> None:
    """Find the directions that change the drawing, or a region of it, most."""
    discover_locally("jacobian", options, region=region, wish=wish, angle_rad=angle_rad)
