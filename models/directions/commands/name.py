"""`models directions name`."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.cli.numbers import SEEDS, SHARE
from models.directions.commands.shared import cost_of_pictures
from models.directions.commands.supervised import CLASSIFIER_OPTION
from models.directions.measured import measure_samples, with_correlations
from models.directions.naming import THRESHOLD, propose_names, rename
from models.directions.result import read_directions, write_directions
from models.directions.subject import load_subject
from models.dry_run import dry_run_option, say_cost


@click.command("name")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path),
    help="Draw pictures of this model and measure what each direction goes with first.",
)
@click.option(
    "--samples",
    default=500,
    show_default=True,
    type=click.IntRange(4),
    help="Pictures to draw and measure.",
)
@CLASSIFIER_OPTION
@click.option(
    "--threshold",
    default=THRESHOLD,
    show_default=True,
    type=SHARE,
    help="Smallest correlation that gives a name.",
)
@click.option(
    "--rename",
    "renames",
    multiple=True,
    type=(str, str),
    metavar="OLD NEW",
    help="Give a name yourself instead of having names proposed; may be repeated.",
)
@click.option(
    "--seed", type=SEEDS, default=1, show_default=True, help="Of the pictures that are measured."
)
@dry_run_option
def name(
    folder: Path,
    checkpoint: Path | None,
    samples: int,
    classifier: Path | None,
    threshold: float,
    renames: tuple[tuple[str, str], ...],
    seed: int,
    dry_run: bool,
) -> None:
    """Name the directions in FOLDER after what they change most.

    A direction that goes with nothing we can measure becomes unnamed-1, unnamed-2, ...: look at it
    with models directions sheet and give it a name with --rename, or on the sheet's page.
    """
    directions = read_directions(folder)
    if renames:
        for old, new in renames:
            directions = rename(directions, old, new)
        if dry_run:
            click.echo(f"Dry run, nothing was written: {', '.join(directions.names)}")
        else:
            write_directions(directions, folder)
        return
    if checkpoint is not None:
        subject = load_subject(checkpoint, seed=seed)
        if dry_run:
            files = f"names of {len(directions)} directions in {folder}"
            say_cost(cost_of_pictures(subject, samples, classifier, files))
            return
        directions = with_correlations(directions, measure_samples(subject, samples, classifier))
    named = propose_names(directions, threshold)
    if not dry_run:
        write_directions(named, folder)
    for before, after in zip(directions, named, strict=True):
        best = sorted(after.correlations.items(), key=lambda pair: -abs(pair[1]))[:3]
        listed = ", ".join(f"{semantic} {r:+.2f}" for semantic, r in best)
        click.echo(f"{before.name:20} -> {after.name:20} {listed}")
