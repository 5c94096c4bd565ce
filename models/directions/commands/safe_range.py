"""`models directions safe-range`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from exhibit.contract.values import Gray
from models.collection.pictures import load_pictures
from models.directions.codes import Wish, wished_codes
from models.directions.commands.codes import code_options
from models.directions.drawing import draw_codes, draw_moved
from models.directions.result import (
    DirectionSet,
    Discovered,
    read_directions,
    write_directions,
)
from models.directions.safe_range import (
    MOST_TRIES,
    REACH_SIGMAS,
    REACH_SPREADS,
    SIDE_PX,
    Likeness,
    learn_likeness,
    onset,
    safe_range,
)
from models.directions.subject import SIGMA_SAMPLES, Subject, load_subject
from models.dry_run import Cost, cost_of, dry_run_option, say_cost
from models.networks.perceptual.alexnet import training_alexnet
from models.networks.psp.inverter import Codes
from models.sheets import evenly

UNMOVED = 100
"""Pictures that say how near the model comes to the collection by itself."""
MOST_DRAWINGS = 2000
_FEW = 32


@click.command("safe-range")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--dataset",
    required=True,
    type=click.Path(path_type=Path),
    help="The collection, from models prepare: what a drawing looks like.",
)
@code_options(16)
@dry_run_option
def safe_range_command(
    folder: Path, dataset: Path, checkpoint: Path, wish: Wish, dry_run: bool
) -> None:
    """Measure between which strengths pictures stay drawings, for each direction in FOLDER.

    At the table no direction goes beyond this range. Pictures are drawings while they are as near
    to the collection as its drawings are to each other, or as the model's own pictures are.
    """
    directions = read_directions(folder)
    subject = load_subject(checkpoint)
    codes = wished_codes(replace(wish, count=max(wish.count, UNMOVED)), subject, checkpoint)
    moved = codes.some(evenly(len(codes.w_plus), wish.count))
    drawings = collection_drawings(dataset, subject.generator.config.img_channels)
    if dry_run:
        say_cost(_cost(subject, moved, directions, drawings))
        return
    likeness = learn_likeness(
        training_alexnet(), drawings, draw_codes(subject, codes), len(moved.w_plus)
    )
    spread = float(subject.sample_w(SIGMA_SAMPLES).var(dim=0).mean().sqrt())
    for direction in directions:
        reach = max(REACH_SIGMAS * direction.sigma, REACH_SPREADS * spread)
        if direction.space == "map":
            reach = float(direction.details.get("reach", reach))
            limits, details = _of_map(subject, moved, direction, likeness, reach)
        else:
            limits = _measured(subject, moved, direction, likeness, reach)
            details = direction.details
        changes = {"safe_range": limits, "details": details}
        directions = directions.with_changes(direction.name, **changes)
        end = "" if max(-limits[0], limits[1]) < reach else "  (not followed farther)"
        click.echo(f"{direction.name:24} {limits[0]:8.2f} .. {limits[1]:.2f}{end}")
    write_directions(directions, folder)


def _cost(subject: Subject, moved: Codes, directions: DirectionSet, drawings: Gray) -> Cost:
    """Move and judge some pictures a few times and say what all of it would cost at most."""
    network, first = training_alexnet(), directions.directions[0]
    count = len(moved.w_plus)
    few = learn_likeness(network, drawings[:_FEW], draw_codes(subject, moved), count)
    pictures = len(drawings) + UNMOVED + count * len(directions) * MOST_TRIES

    def step() -> object:
        return few.holds(draw_moved(subject, moved, first, 0.0))

    return cost_of(step, pictures, "pictures", f"{len(directions)} ranges", each=count)


def _measured(
    subject: Subject, codes: Codes, direction: Discovered, likeness: Likeness, reach: float
) -> tuple[float, float]:
    return safe_range(lambda s: draw_moved(subject, codes, direction, s), likeness, reach)


def _of_map(
    subject: Subject, codes: Codes, direction: Discovered, likeness: Likeness, reach: float
) -> tuple[tuple[float, float], dict[str, Any]]:
    """The safe range of a direction of the map, counted from where something is seen of it.

    Where nothing is seen to one side up to the reach, the range ends at 0 there.
    """
    details = {key: value for key, value in direction.details.items() if key != "onset"}
    plain = replace(direction, details=details, safe_range=None)
    down, up = onset(lambda s: draw_moved(subject, codes, plain, s), reach)
    seen = [limit if limit < reach else 0.0 for limit in (down, up)]
    counted = replace(plain, details=details | {"onset": seen})
    low, high = _measured(subject, codes, counted, likeness, reach)
    limits = (low if down < reach else 0.0, high if up < reach else 0.0)
    return limits, dict(counted.details)


def collection_drawings(dataset: Path, channels: int) -> Gray:
    """Drawings (n, 128, 128) uint8 of a data set, at most 2000: what a drawing looks like."""
    pictures = load_pictures(dataset, SIDE_PX, channels).pictures
    step = -(-len(pictures) // MOST_DRAWINGS)
    return pictures[::step].float().mean(dim=1).round().numpy().astype(np.uint8)
