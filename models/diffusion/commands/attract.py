"""`models diffuse attract`."""

from __future__ import annotations

from pathlib import Path

import click
from torch import Tensor

from exhibit.cli.numbers import POSITIVE, numbers_in
from exhibit.contract.errors import InputError
from models.diffusion.attract import noise_walk, write_loop, write_video
from models.diffusion.commands.poster import SIDE
from models.diffusion.commands.shared import (
    CHECKPOINT,
    SEED,
    STEPS_OPTION,
    progress,
    say_cost_of_pictures,
)
from models.diffusion.inking import ink_into, read_inked
from models.diffusion.subject import DenoiserSubject, load_subject
from models.dry_run import dry_run_option

LOOP, VIDEO = "loop.npz", "walk.mp4"
_STOPS = 3


@click.command("attract")
@CHECKPOINT
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Folder for {LOOP}, its drawings, and {VIDEO}.",
)
@click.option(
    "--count",
    default=48,
    show_default=True,
    type=click.IntRange(_STOPS),
    help="Drawings of the loop.",
)
@click.option("--without", help="Drawings to leave out of the loop, by number, as 3,17.")
@click.option(
    "--frames",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help=f"Of {VIDEO}, a slow way from drawing to drawing and back; 0 makes none.",
)
@click.option(
    "--rate",
    "frames_hz",
    type=POSITIVE,
    default=12.0,
    show_default=True,
    help="Frames a second of the video.",
)
@SIDE
@STEPS_OPTION
@SEED
@dry_run_option
def attract(
    checkpoint: Path,
    out: Path,
    count: int,
    without: str | None,
    frames: int,
    frames_hz: float,
    side: int,
    steps: int,
    seed: int,
    dry_run: bool,
) -> None:
    """Render an attract loop that no visitor has seen: drawings that nobody drew.

    The table draws them line by line where visit.drawings names the file loop.npz. A folder is
    gone on with: look through OUT/drawings and name --without what you would not hang.
    """
    subject = load_subject(checkpoint, steps=steps, seed=seed)
    noise = subject.noise(count)
    left_out = set(numbers_in("--without", without, count)) if without else set()
    kept = [number for number in range(count) if number not in left_out]
    if not kept:
        raise InputError(f"--without {without}: leaves none of {count} drawings")
    if dry_run:
        files = f"{count} drawings and {frames} frames -> {out}"
        say_cost_of_pictures(subject, count + frames, files)
        return
    drawings = _made(subject, noise, out / "drawings", side)
    write_loop(read_inked([drawings[number] for number in kept]), out / LOOP)
    click.echo(f"{len(kept)} drawings -> {out / LOOP}; the table plays it as visit.drawings")
    if frames:
        walk = _made(subject, noise_walk(noise, frames), out / "walk", side)
        write_video(read_inked(walk), out / VIDEO, frames_hz)
        click.echo(f"{frames} frames -> {out / VIDEO}")


def _made(subject: DenoiserSubject, noise: Tensor, folder: Path, side: int) -> list[Path]:
    files = [folder / f"{number:05d}.png" for number in range(len(noise))]
    with progress(len(files), folder.name, "drawing") as tell:
        ink_into(subject, noise, files, side, tell)
    return files
