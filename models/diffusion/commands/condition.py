"""`models diffuse condition`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from exhibit.contract.errors import InputError
from models.diffusion.commands.shared import (
    CHECKPOINT,
    FOLDER,
    SAMPLES_OPTION,
    SEED,
    say_cost_of_pictures,
    size_of,
    walked,
    write_and_list,
)
from models.diffusion.condition import condition
from models.diffusion.subject import load_subject
from models.directions.result import DirectionSet, read_directions
from models.dry_run import dry_run_option


@click.command("condition")
@CHECKPOINT
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
@FOLDER
@SAMPLES_OPTION
@SEED
@dry_run_option
def condition_command(
    checkpoint: Path,
    name: str,
    others: str,
    folders: tuple[Path, ...],
    out: Path,
    **options: Any,
) -> None:
    """Make direction NAME leave others alone: take what it shares with them out at every step."""
    if out in folders:
        raise InputError(f"-o {out}: holds the directions to read; expected another folder")
    known = DirectionSet(tuple(d for folder in folders for d in read_directions(folder)))
    one = known.find(name)
    taken = [known.find(other.strip()) for other in others.split(",")]
    subject = load_subject(
        checkpoint, count=1, seed=options["seed"], steps=one.details.get("steps", 0)
    )
    if options["dry_run"]:
        say_cost_of_pictures(subject, options["samples"], size_of(subject, out))
        return
    write_and_list(condition(subject, walked(subject, options["samples"]), one, taken), out)
