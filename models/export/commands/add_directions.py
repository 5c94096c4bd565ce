"""`models bundle add-directions`."""

from __future__ import annotations

from pathlib import Path

import click

from models.directions.commands.supervised import listed
from models.directions.result import read_directions
from models.dry_run import checking_option
from models.export.directions import add_directions, merged


@click.command("add-directions")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--only", help="Names of the directions to add, as hatching,slant; all without.")
@click.option("--drop", help="Names of directions in the bundle to leave out.")
@checking_option
def add_directions_command(
    bundle: Path, folder: Path, only: str | None, drop: str | None, dry_run: bool
) -> None:
    """Put the directions in FOLDER into BUNDLE, where the table and its operator find them.

    They need a safe range, which models directions safe-range measures. The bundle is replaced only
    once the new one is complete; a table that runs goes on with what it has loaded.
    """
    directions = read_directions(folder)
    chosen = [directions.find(name) for name in listed(only) or directions.names]
    if dry_run:
        merged(bundle, chosen, listed(drop))
    else:
        add_directions(bundle, chosen, listed(drop), folder)
    for direction in chosen:
        low, high = direction.safe_range or (0.0, 0.0)
        click.echo(f"{direction.name:24} {direction.method:16} {low:8.2f} .. {high:.2f}")
    click.echo(f"{len(chosen)} directions -> {bundle}")
