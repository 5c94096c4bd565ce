"""What the commands share that look at the generator near some pictures."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import click

from models.directions.codes import Wish, wished_codes
from models.directions.commands.codes import SOURCES
from models.directions.commands.shared import (
    Command,
    cost_of_trial,
    subject_of,
    write_and_list,
)
from models.directions.region import read_region
from models.directions.registry import find_method
from models.dry_run import say_cost

SAMPLES = click.option(
    "--samples",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures that the directions must serve; 1 is the picture of the seed.",
)


def local_options(command: Command) -> Command:
    """Give a command `wish`, the pictures near which directions are looked for."""

    @functools.wraps(command)
    def with_wish(
        samples: int, psi: float, bundle: Path | None, sketches: Path | None, **options: Any
    ) -> None:
        command(wish=Wish(samples, psi, bundle, sketches), **options)

    wrapped: Command = with_wish
    for option in reversed((SAMPLES, *SOURCES)):
        wrapped = option(wrapped)
    return wrapped


def discover_locally(
    method: str, options: dict[str, Any], region: str | None, wish: Wish, **settings: Any
) -> None:
    """Run a method near some pictures, write its directions and list them.

    Args:
        method: as in the registry.
        options: what `discovery_options` added to the command.
        region: as the command line gives it; None for the whole picture.
        wish: which pictures.
        settings: of the method alone.
    """
    subject = subject_of(options)
    resolution = subject.generator.config.resolution
    mask = None if region is None else read_region(region, resolution)
    codes, out = wished_codes(wish, subject, options["checkpoint"]), options["out"]
    if options["dry_run"]:
        trial = {"region": mask, "codes": codes.some([0]), **settings}
        say_cost(cost_of_trial(method, subject, out, len(codes.w_plus), **trial))
    else:
        write_and_list(find_method(method)(subject, region=mask, codes=codes, **settings), out)
