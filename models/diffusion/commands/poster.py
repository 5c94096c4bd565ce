"""`models diffuse poster`."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.cli.numbers import SEEDS_BELOW, numbers_in
from models.diffusion.commands.shared import (
    CHECKPOINT,
    STEPS_OPTION,
    progress,
    say_cost_of_pictures,
)
from models.diffusion.inking import ink_into
from models.diffusion.subject import load_subject
from models.dry_run import dry_run_option
from models.networks.denoiser.samples import noise_of

SIDE = click.option(
    "--side",
    default=512,
    show_default=True,
    type=click.IntRange(64, 8192),
    help="Of the drawings, px.",
)


@click.command("poster")
@CHECKPOINT
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the drawings.",
)
@click.option("--seeds", default="0-7", show_default=True, help="Which drawings, as 0-7,12.")
@SIDE
@STEPS_OPTION
@dry_run_option
def poster(checkpoint: Path, out: Path, seeds: str, side: int, steps: int, dry_run: bool) -> None:
    """Draw with CHECKPOINT and enlarge each drawing as if it had been inked again.

    Choose seeds from the sheet of models diffuse draw. Nothing is added that the small drawing does
    not have. A folder is gone on with: drawings that it has are left.
    """
    numbers = numbers_in("--seeds", seeds, SEEDS_BELOW)
    subject = load_subject(checkpoint, steps=steps)
    files = [out / f"seed{seed:05d}.png" for seed in numbers]
    if dry_run:
        missing = sum(not file.is_file() for file in files)
        say_cost_of_pictures(subject, missing, f"{missing} drawings of {side} px -> {out}")
        return
    noise = noise_of(subject.network.config, numbers)
    with progress(len(files), "posters", "drawing") as tell:
        ink_into(subject, noise, files, side, tell)
    click.echo(f"{len(files)} drawings of {side} px -> {out}")
