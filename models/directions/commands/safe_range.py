"""`models directions safe-range`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from models.collection.pictures import load_pictures
from models.directions.codes import Wish, wished_codes
from models.directions.commands.codes import code_options
from models.directions.drawing import draw_codes, draw_moved
from models.directions.result import Discovered, read_directions, write_directions
from models.directions.safe_range import (
    REACH_SIGMAS,
    REACH_SPREADS,
    SIDE_PX,
    Likeness,
    learn_likeness,
    safe_range,
)
from models.directions.subject import SIGMA_SAMPLES, Subject, load_subject
from models.networks.perceptual.alexnet import training_alexnet
from models.networks.psp.inverter import Codes
from models.sheets import evenly
from models.sketches.raster import Gray

UNMOVED = 100
"""Pictures that say how near the model comes to the collection by itself."""
MOST_DRAWINGS = 2000


@click.command("safe-range")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--dataset",
    required=True,
    type=click.Path(path_type=Path),
    help="The collection, from models prepare: what a drawing looks like.",
)
@code_options(16)
def safe_range_command(folder: Path, dataset: Path, checkpoint: Path, wish: Wish) -> None:
    """Measure between which strengths pictures stay drawings, for each direction in FOLDER.

    At the table no direction goes beyond this range. Pictures are drawings while they are as near
    to the collection as its drawings are to each other, or as the model's own pictures are.
    """
    directions = read_directions(folder)
    subject = load_subject(checkpoint)
    codes = wished_codes(replace(wish, count=max(wish.count, UNMOVED)), subject, checkpoint)
    moved = _some(codes, wish.count)
    likeness = learn_likeness(
        training_alexnet(),
        _drawings(dataset, subject.generator.config.img_channels),
        draw_codes(subject, codes),
        len(moved.w_plus),
    )
    spread = float(subject.sample_w(SIGMA_SAMPLES).var(dim=0).mean().sqrt())
    for direction in directions:
        reach = max(REACH_SIGMAS * direction.sigma, REACH_SPREADS * spread)
        limits = _measured(subject, moved, direction, likeness, reach)
        directions = directions.with_changes(direction.name, safe_range=limits)
        end = "" if max(-limits[0], limits[1]) < reach else "  (not followed farther)"
        click.echo(f"{direction.name:24} {limits[0]:8.2f} .. {limits[1]:.2f}{end}")
    write_directions(directions, folder)


def _measured(
    subject: Subject, codes: Codes, direction: Discovered, likeness: Likeness, reach: float
) -> tuple[float, float]:
    return safe_range(lambda s: draw_moved(subject, codes, direction, s), likeness, reach)


def _some(codes: Codes, count: int) -> Codes:
    chosen = evenly(len(codes.w_plus), count)
    feature = None if codes.feature is None else codes.feature[chosen]
    return Codes(codes.w_plus[chosen], feature)


def _drawings(dataset: Path, channels: int) -> Gray:
    pictures = load_pictures(dataset, SIDE_PX, channels).pictures
    step = -(-len(pictures) // MOST_DRAWINGS)
    return pictures[::step].float().mean(dim=1).round().numpy().astype(np.uint8)
