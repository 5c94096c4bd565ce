"""`models structure landmarks`."""

from pathlib import Path
from typing import Any

import click

from models.structure.commands.shared import learning_options, learnt
from models.structure.landmark_network import (
    LandmarkNetwork,
    distances,
    landmark_lesson,
    located,
)


@click.command("landmarks")
@click.argument("dataset", type=click.Path(path_type=Path))
@learning_options(pictures=40_000, batch=16, learning_rate=2e-3)
def landmarks(dataset: Path, folder: Path, **options: Any) -> None:
    """Learn where the landmarks of heads are.

    DATASET comes from models collection portraits --factors, which writes where they were drawn. At
    the end it says how far the network is off on people it has never seen.
    """
    lesson, pictures, truth = landmark_lesson(dataset)
    network = learnt(lesson, folder, options)
    if network is None:
        return
    assert isinstance(network, LandmarkNetwork)
    found = distances(located(network, pictures), truth)
    for name, distance in zip(network.names, found, strict=True):
        click.echo(f"{name:16} {distance:5.2f} % of the side")
    click.echo(f"{'all':16} {found.mean():5.2f} % of the side, {len(pictures)} heads not seen")
