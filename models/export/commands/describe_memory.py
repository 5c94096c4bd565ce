"""`models bundle describe-memory`."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.contract.bundle import load_bundle
from models.collection.provenance import read_origins
from models.dry_run import checking_option
from models.export.memory import described_memory, remember_instead


@click.command("describe-memory")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("provenance", type=click.Path(path_type=Path))
@checking_option
def describe_memory_command(bundle: Path, provenance: Path, dry_run: bool) -> None:
    """Say anew where the drawings of BUNDLE's memory are from, and bar some of them.

    PROVENANCE is the YAML that models bundle make takes. A drawing that it calls `barred: true` is
    neither recalled nor named by the table; nothing is cut or trained anew. See them with models
    recall-sheet, which writes their names.
    """
    opened = load_bundle(bundle)
    described = described_memory(opened, read_origins(provenance))
    if not dry_run:
        remember_instead(opened, described)
    barred = sum(record.barred for record in described.provenance)
    click.echo(f"{bundle}: {len(described)} drawings, {barred} of them barred")
