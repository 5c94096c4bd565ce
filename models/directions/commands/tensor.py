"""`models directions tensor`."""

from pathlib import Path
from typing import Any

import click

from exhibit.contract.errors import InputError
from models.directions.commands.shared import discover_and_write, discovery_options, subject_of
from models.directions.factorial import Factorial, factorial_codes, over_layers, pictures_of
from models.directions.tensor import Intensity


@click.command("tensor")
@discovery_options
@click.option(
    "--heads",
    required=True,
    type=click.Path(path_type=Path),
    help="Data set of models collection portraits --factors that the checkpoint redraws.",
)
@click.option(
    "--steps",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Give every layer its own code by so many steps of redrawing; needs --space w_plus.",
)
@click.option(
    "--intensity",
    type=click.Choice(("slope", "truncated")),
    default="slope",
    show_default=True,
    help="An expression is its slope over the intensities, or (as in the thesis) its difference to "
    "the average expression with intensity truncated.",
)
def tensor(heads: Path, steps: int, intensity: Intensity, **options: Any) -> None:
    """Find what an expression or a turn of the head does, from people who do all of it.

    The checkpoint must have been trained on the data set with models train-gan --redraw: the
    latents that it keeps are the entries of the tensor.
    """
    discover_and_write("tensor", options, heads=_codes(heads, steps, options), intensity=intensity)


def _codes(heads: Path, steps: int, options: dict[str, Any]) -> Factorial:
    if steps and options["space"] == "w":
        raise InputError("tensor: --steps gives every layer a code; expected --space w_plus")
    subject = subject_of(options)
    found = factorial_codes(subject, options["checkpoint"], heads)
    if not steps:
        return found
    pictures = pictures_of(found.cells, heads, subject.generator.config.resolution)
    return over_layers(subject, found, pictures, 1 if options["dry_run"] else steps)
