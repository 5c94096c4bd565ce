"""`models directions jacobian`."""

from typing import Any

import click

from models.directions.commands.shared import discover_and_write, discovery_options
from models.directions.jacobian import ANGLE_RAD


@click.command("jacobian")
@discovery_options
@click.option(
    "--region",
    help="x,y,w,h in pixels of the picture, or an image of its size, bright inside.",
)
@click.option(
    "--samples",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures the directions must serve; 1 is the picture of the seed.",
)
@click.option(
    "--angle",
    "angle_rad",
    default=ANGLE_RAD,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="Stops when a round turns the directions by less, in radians.",
)
def jacobian(region: str | None, samples: int, angle_rad: float, **options: Any) -> None:
    """Find the directions that change the drawing, or a region of it, most."""
    discover_and_write("jacobian", options, region=region, samples=samples, angle_rad=angle_rad)
