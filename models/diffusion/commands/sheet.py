"""`models diffuse sheet`."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from models.diffusion.commands.safe_range import steps_of
from models.diffusion.commands.shared import CHECKPOINT, SEED, progress, say_cost_of_pictures
from models.diffusion.moving import draw_moved
from models.diffusion.subject import DenoiserSubject, load_subject
from models.directions.page.contact import PAGE, write_sheet
from models.directions.result import DirectionSet, Discovered, read_directions
from models.directions.strips import STEPS, Strip, strengths_of
from models.dry_run import dry_run_option


@click.command("sheet")
@CHECKPOINT
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for index.html and its pictures.",
)
@click.option(
    "--codes", default=6, show_default=True, type=click.IntRange(1), help="Pictures to move."
)
@SEED
@dry_run_option
def sheet(
    checkpoint: Path, folders: tuple[Path, ...], out: Path, codes: int, seed: int, dry_run: bool
) -> None:
    """Show what the directions in FOLDERS do: the sheet of models directions sheet."""
    found = DirectionSet(tuple(d for folder in folders for d in read_directions(folder)))
    steps = steps_of(found, folders[0])
    subject = load_subject(checkpoint, steps=steps, seed=seed)
    if dry_run:
        count = codes * len(found) * len(STEPS)
        say_cost_of_pictures(subject, count, f"{2 * len(found)} pictures -> {out}")
        return
    with progress(len(found), "strips", "direction") as tell:
        strips = []
        for number, direction in enumerate(found, 1):
            strips.append(_strip(subject, direction, codes))
            tell(number)
    write_sheet(strips, f"Directions of {checkpoint.stem}", out)
    click.echo(f"{len(strips)} directions -> {out / PAGE}")


def _strip(subject: DenoiserSubject, direction: Discovered, codes: int) -> Strip:
    noise, strengths = subject.noise(codes), strengths_of(direction)
    moved = [draw_moved(subject, noise, direction, strength) for strength in strengths]
    return Strip(direction, strengths, np.stack(moved))
