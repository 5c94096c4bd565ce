"""`models directions safe-range`."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from models.directions.codes import Wish, wished_codes
from models.directions.commands.codes import code_options
from models.directions.drawing import draw_codes, draw_moved
from models.directions.result import read_directions, write_directions
from models.directions.safe_range import REACH_SIGMAS, SIDE_PX, learn_likeness, safe_range
from models.directions.subject import load_subject
from models.evaluation.alexnet import training_alexnet
from models.psp.inverter import Codes
from models.training.dataset import load_pictures

UNMOVED = 200
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

    At the table no direction goes beyond this range. A picture is a drawing while it is as near to
    a drawing of the collection as those are to each other, but for the farthest 1 %.
    """
    directions = read_directions(folder)
    subject = load_subject(checkpoint)
    unmoved = draw_codes(subject, Codes(subject.as_ws(subject.sample_w(UNMOVED)), None))
    pictures = load_pictures(dataset, SIDE_PX, subject.generator.config.img_channels).pictures
    drawings = pictures.float().mean(dim=1).round().numpy().astype(np.uint8)
    step = -(-len(drawings) // MOST_DRAWINGS)
    codes = wished_codes(wish, subject, checkpoint)
    own = draw_codes(subject, codes)
    likeness = learn_likeness(training_alexnet(), drawings[::step], np.concatenate([unmoved, own]))
    spread = float(np.sqrt(np.var(subject.sample_w(UNMOVED).numpy(), axis=0).mean()))
    for direction in directions:
        reach = REACH_SIGMAS * max(direction.sigma, spread)
        limits = safe_range(
            lambda strength, d=direction: draw_moved(subject, codes, d, strength), likeness, reach
        )
        directions = directions.with_changes(direction.name, safe_range=limits)
        click.echo(f"{direction.name:24} {limits[0]:8.2f} .. {limits[1]:.2f}")
    write_directions(directions, folder)
