"""`models structure canonical`."""

from pathlib import Path
from typing import Any

import click

from exhibit.cli.numbers import SHARE
from models.structure.canonical_network import SWAP, canonical_lesson
from models.structure.commands.shared import learning_options, learnt


@click.command("canonical")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--swap",
    default=SWAP,
    show_default=True,
    type=SHARE,
    help="Chance that a view is drawn from the other view's form; 0 is a plain autoencoder.",
)
@learning_options(pictures=60_000, batch=8, learning_rate=2e-3)
def canonical(dataset: Path, swap: float, folder: Path, **options: Any) -> None:
    """Learn how the drawings of DATASET stand, and how they look upright.

    Every drawing is shown shifted, scaled and slanted in two ways; from the form of one the other
    must be drawn. latest.png shows drawings that are not learnt from, as they are and moved: the
    view, its upright map, and that map drawn again.
    """
    learnt(canonical_lesson(dataset, swap)[0], folder, options)
