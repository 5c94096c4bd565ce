"""`models directions condition`."""

from pathlib import Path

import click

from exhibit.contract.errors import InputError
from models.directions.commands.shared import write_and_list
from models.directions.condition import condition as take_out
from models.directions.result import DirectionSet, read_directions
from models.directions.subject import load_subject
from models.dry_run import dry_run_option


@click.command("condition")
@click.argument("name")
@click.option("--on", "others", required=True, help="Names to take out of it, as beard,hair-dark.")
@click.option(
    "--from",
    "folders",
    required=True,
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with directions; repeat it where they lie in several.",
)
@click.option(
    "--checkpoint",
    required=True,
    type=click.Path(path_type=Path),
    help="That all of them were found in.",
)
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the new direction.",
)
@dry_run_option
def condition(
    name: str,
    others: str,
    folders: tuple[Path, ...],
    checkpoint: Path,
    out: Path,
    dry_run: bool,
) -> None:
    """Make direction NAME leave others alone: take what it shares with them out of it."""
    if out in folders:
        raise InputError(f"-o {out}: holds the directions to read; expected another folder")
    known = DirectionSet(tuple(d for folder in folders for d in read_directions(folder)))
    taken = [known.find(other.strip()) for other in others.split(",")]
    freed = take_out(load_subject(checkpoint), known.find(name), taken)
    if dry_run:
        click.echo(f"Dry run, nothing was written: {name} without {others} -> {out}")
    else:
        write_and_list(freed, out)
