"""`models bundle add-memory`."""

from __future__ import annotations

from pathlib import Path

import click

from models.collection.provenance import Origins, read_origins
from models.export.commands.bundle import progress, training_strokes
from models.export.memory import add_memory, remember


@click.command("add-memory")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--provenance",
    type=click.Path(path_type=Path),
    help="YAML that says of the drawings which book and page they are from.",
)
@click.option(
    "--sketches",
    type=click.Path(path_type=Path),
    help="Quick, Draw! sketches: those that are not held out say what ink is like on average.",
)
def add_memory_command(
    bundle: Path, dataset: Path, provenance: Path | None, sketches: Path | None
) -> None:
    """Put the drawings of DATASET into BUNDLE, for the table to recall.

    They are cut anew from their pages as curation.csv says, at the bundle's resolution but of 256
    pixels at least; a memory that was there is replaced, the networks stay as they are. The bundle
    is replaced only once the new one is complete; a table that runs goes on with what it has
    loaded.
    """
    origins = read_origins(provenance) if provenance else Origins()
    people = training_strokes(sketches) if sketches else []
    count = add_memory(
        bundle, lambda resolution: remember(dataset, resolution, origins, people, progress)
    )
    total = sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file()) / 1e6
    click.echo(f"{count} drawings -> {bundle}, {total:.1f} MB")
