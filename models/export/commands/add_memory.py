"""`models bundle add-memory`."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.contract.bundle import load_bundle
from models.collection.provenance import Origins, read_origins
from models.dry_run import dry_run_option, say_cost
from models.export.commands.bundle import PROVENANCE, progress, training_strokes
from models.export.memory import add_memory, cost_of_memory, remember


@click.command("add-memory")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("dataset", type=click.Path(path_type=Path))
@PROVENANCE
@click.option(
    "--sketches",
    type=click.Path(path_type=Path),
    help="Quick, Draw! sketches: those that are not held out say what ink is like on average.",
)
@dry_run_option
def add_memory_command(
    bundle: Path, dataset: Path, provenance: Path | None, sketches: Path | None, dry_run: bool
) -> None:
    """Put the drawings of DATASET into BUNDLE, for the table to recall.

    They are cut anew from their pages as curation.csv says, at the bundle's resolution but of 256
    pixels at least; a memory that was there is replaced, the networks stay as they are. The bundle
    is replaced only once the new one is complete; a table that runs goes on with what it has
    loaded.
    """
    origins = read_origins(provenance) if provenance else Origins()
    people = training_strokes(sketches) if sketches else []
    if dry_run:
        side = load_bundle(bundle).card.resolution
        say_cost(cost_of_memory(dataset, side, origins, people))
        return
    count = add_memory(
        bundle, lambda resolution: remember(dataset, resolution, origins, people, progress)
    )
    total = sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file()) / 1e6
    click.echo(f"{count} drawings -> {bundle}, {total:.1f} MB")
