"""`models diffuse draw`."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from exhibit.cli.numbers import SEEDS_BELOW, numbers_in
from models.diffusion.commands.shared import (
    CHECKPOINT,
    STEPS_OPTION,
    progress,
    say_cost_of_pictures,
)
from models.diffusion.subject import load_subject
from models.diffusion.walk import BATCH
from models.dry_run import dry_run_option
from models.networks.denoiser.ddim import draw
from models.networks.denoiser.samples import noise_of
from models.networks.pixels import to_uint8
from models.sheets import sheet, write_png


@click.command("draw")
@CHECKPOINT
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="A .png for one sheet, or a folder for single pictures.",
)
@click.option("--seeds", default="0-47", show_default=True, help="Which pictures, as 0-7,12.")
@click.option(
    "--columns",
    default=8,
    show_default=True,
    type=click.IntRange(1, 100),
    help="Pictures a row of the sheet.",
)
@STEPS_OPTION
@dry_run_option
def draw_command(
    checkpoint: Path, out: Path, seeds: str, columns: int, steps: int, dry_run: bool
) -> None:
    """Draw pictures from CHECKPOINT. A seed always gives the same picture.

    A folder is gone on with: pictures that it has are not drawn again.
    """
    numbers = numbers_in("--seeds", seeds, SEEDS_BELOW)
    subject = load_subject(checkpoint, steps=steps)
    single = out.suffix.lower() != ".png"
    if single:
        numbers = [seed for seed in numbers if not _file(out, seed).is_file()]
    if dry_run:
        say_cost_of_pictures(subject, len(numbers), f"{len(numbers)} pictures -> {out}")
        return
    drawn = []
    with progress(len(numbers), "drawing", "picture") as tell:
        for first in range(0, len(numbers), BATCH):
            part = numbers[first : first + BATCH]
            noise = noise_of(subject.network.config, part)
            drawn.append(to_uint8(draw(subject.network, noise, steps)))
            if single:
                for seed, picture in zip(part, drawn.pop(), strict=True):
                    write_png(_file(out, seed), picture)
            tell(first + len(part))
    if drawn:
        write_png(out, sheet(np.concatenate(drawn), min(columns, len(numbers))))
    click.echo(f"{len(numbers)} pictures -> {out}")


def _file(folder: Path, seed: int) -> Path:
    return folder / f"seed{seed:05d}.png"
