"""`models diffuse safe-range`."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.contract.errors import InputError
from models.diffusion.commands.shared import (
    CHECKPOINT,
    SEED,
    progress,
    say_cost_of_pictures,
)
from models.diffusion.effects import measured_range
from models.diffusion.moving import draw_unmoved
from models.diffusion.subject import load_subject
from models.directions.commands.safe_range import UNMOVED, collection_drawings
from models.directions.result import DirectionSet, read_directions, write_directions
from models.directions.safe_range import MOST_TRIES, learn_likeness
from models.dry_run import dry_run_option
from models.networks.perceptual.alexnet import training_alexnet


@click.command("safe-range")
@CHECKPOINT
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--dataset",
    required=True,
    type=click.Path(path_type=Path),
    help="The collection: what a drawing looks like.",
)
@click.option(
    "--codes",
    default=16,
    show_default=True,
    type=click.IntRange(1),
    help="Pictures that are moved.",
)
@SEED
@dry_run_option
def safe_range_command(
    checkpoint: Path, folder: Path, dataset: Path, codes: int, seed: int, dry_run: bool
) -> None:
    """Measure between which strengths pictures stay drawings, for each direction in FOLDER.

    By the measure of models directions safe-range. Directions whose range is known are left, so
    that the command goes on where it was ended.
    """
    directions = read_directions(folder)
    subject = load_subject(checkpoint, steps=steps_of(directions, folder), seed=seed)
    drawings = collection_drawings(dataset, subject.network.config.img_channels)
    unknown = [direction for direction in directions if direction.safe_range is None]
    if dry_run:
        count = UNMOVED + codes * len(unknown) * MOST_TRIES
        say_cost_of_pictures(subject, count, f"at most, for {len(unknown)} ranges -> {folder}")
        return
    if not unknown:
        click.echo(f"{folder}: all {len(directions)} ranges are known")
        return
    samples = draw_unmoved(subject, subject.noise(UNMOVED))
    likeness = learn_likeness(training_alexnet(), drawings, samples, codes)
    with progress(len(unknown), "ranges", "direction") as tell:
        for number, direction in enumerate(unknown, 1):
            limits = measured_range(subject, direction, likeness, codes)
            directions = directions.with_changes(direction.name, safe_range=limits)
            write_directions(directions, folder)
            tell(number)
    for direction in directions:
        low, high = (limit / direction.sigma for limit in direction.safe_range or (0, 0))
        click.echo(f"{direction.name:24} {low:6.2f}σ .. {high:.2f}σ")


def steps_of(directions: DirectionSet, folder: Path) -> int:
    """Say for how many steps the directions of a folder are.

    Raises:
        InputError: for different numbers, or they are of another space.
    """
    found = {len(one.vector) if one.space == "h" else None for one in directions}
    if len(found) != 1 or None in found:
        raise InputError(f"{folder}: expected directions of h, all of one number of steps")
    (steps,) = found
    assert steps is not None
    return steps
