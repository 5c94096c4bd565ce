"""`models directions classifier`."""

from functools import partial
from itertools import islice
from pathlib import Path

import click
import cv2
import numpy as np

from exhibit.cli.numbers import SEEDS
from exhibit.contract.errors import InputError
from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray
from exhibit.pictures import read_grey
from models.directions.classifier import SIDE_PX, Examples, fit, save_classifier
from models.directions.labels import NAMES, as_matrix, read_labels
from models.dry_run import cost_of, dry_run_option, say_cost

_FEW = 256


@click.command("classifier")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write (.safetensors).",
)
@click.option(
    "--epochs",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How often every picture is seen.",
)
@click.option("--seed", type=SEEDS, default=0, show_default=True, help="Of everything random.")
@dry_run_option
def classifier(dataset: Path, out: Path, epochs: int, seed: int, dry_run: bool) -> None:
    """Train a small network to tell glasses, beard, open mouth and dark hair on heads.

    DATASET comes from `models collection portraits`, whose labels.csv holds the truth. Takes a few
    minutes on one core. At the end it says how often the network is right about heads it has not
    seen, and how often where another label makes it harder: a beard may hide a mouth.
    """
    truths = read_labels(dataset)
    if dry_run:
        few = dict(islice(truths.items(), _FEW))
        examples = _examples(dataset, few)
        step = partial(fit, examples, NAMES, 1, seed)
        say_cost(cost_of(step, epochs * len(truths), "pictures", f"{out}", each=len(few)))
        return
    found, accuracy = fit(_examples(dataset, truths), NAMES, epochs, seed, tell=click.echo)
    save_classifier(found, out)
    for name, right in accuracy.items():
        least = f", {right.least:.1%} of those with {right.beside}" if right.beside else ""
        click.echo(f"{name:12} right about {right.overall:.1%} of heads not seen{least}")
    click.echo(f"-> {out}")


def _examples(dataset: Path, truths: dict[str, dict[str, bool]]) -> Examples:
    pictures = np.stack([_read(dataset / name) for name in truths])
    return Examples(pictures, as_matrix(truths.values()))


def _read(path: Path) -> Gray:
    try:
        picture = read_grey(path)
    except InputError as error:
        raise InputError(f"{error} (it is named in labels.csv)") from None
    return as_gray(cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA))
