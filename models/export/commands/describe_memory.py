"""`models bundle describe-memory`."""

from __future__ import annotations

from pathlib import Path

import click

from models.collection.provenance import read_origins
from models.export.memory import describe_memory


@click.command("describe-memory")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("provenance", type=click.Path(path_type=Path))
def describe_memory_command(bundle: Path, provenance: Path) -> None:
    """Say anew where the drawings of BUNDLE's memory are from, and bar some of them.

    PROVENANCE is the YAML that models bundle make takes. A drawing that it calls `barred: true` is
    neither recalled nor named by the table; nothing is cut or trained anew. See them with models
    recall-sheet, which writes their names.
    """
    drawings, barred = describe_memory(bundle, read_origins(provenance))
    click.echo(f"{bundle}: {drawings} drawings, {barred} of them barred")
