"""`models diffuse jacobian`."""

from __future__ import annotations

from typing import Any

import click

from exhibit.cli.numbers import Number
from models.diffusion.commands.shared import (
    discovery_options,
    progress,
    size_of,
    subject_of,
    walked,
    write_and_list,
)
from models.diffusion.jacobian import discover, maps_by_step
from models.diffusion.walk import walk
from models.directions.jacobian import leading_singular, pixels_of
from models.directions.region import read_region
from models.dry_run import Cost, duration, peak_memory_mb, say_cost, seconds_of

_ANGLE_RAD = 1e-2


@click.command("jacobian")
@discovery_options
@click.option(
    "--region",
    help="x,y,w,h in pixels of the picture, or an image of its size, bright inside.",
)
@click.option(
    "--pictures",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="That the directions must serve; 1 is the picture of the seed.",
)
@click.option(
    "--angle",
    "angle_rad",
    default=_ANGLE_RAD,
    show_default=True,
    type=Number(0, 1, min_open=True),
    help="Stops when a round turns the directions by less, in radians.",
)
def jacobian(region: str | None, pictures: int, angle_rad: float, **options: Any) -> None:
    """Find the directions that change the drawing, or a region of it, most at every step."""
    subject, config = subject_of(options), subject_of(options).network.config
    mask = None if region is None else read_region(region, config.resolution)
    if options["dry_run"]:
        weight = pixels_of(mask, config.img_channels, config.resolution)
        one = next(maps_by_step(subject, 1))
        each = seconds_of(lambda: leading_singular(one, weight, subject.count, 0, angle_rad))
        two = seconds_of(lambda: walk(subject, 2))
        total = each * pictures * subject.steps + two / 2 * options["samples"]
        files = size_of(subject, options["out"])
        say_cost(Cost(total, f"{duration(each)} a step", peak_memory_mb(), files))
        return
    samples = walked(subject, options["samples"])
    with progress(subject.steps, "steps", "step") as tell:
        found = discover(subject, samples, mask, pictures, angle_rad, tell)
    write_and_list(found, options["out"])
