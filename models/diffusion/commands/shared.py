"""What the commands of `models diffuse` share: their options, samples with progress, results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from exhibit.cli.numbers import SEEDS
from models.diffusion.moving import draw_unmoved
from models.diffusion.subject import STEPS, DenoiserSubject, load_subject
from models.diffusion.walk import BATCH, Tell, Walk, walk
from models.directions.result import DirectionSet, write_directions
from models.dry_run import cost_of, dry_run_option, megabytes, say_cost

Command = Callable[..., Any]
SAMPLES = 400
_BYTES_A_NUMBER = 4

CHECKPOINT = click.argument("checkpoint", type=click.Path(path_type=Path))
SEED = click.option("--seed", type=SEEDS, default=0, show_default=True, help="Of all samples.")
STEPS_OPTION = click.option(
    "--steps",
    default=STEPS,
    show_default=True,
    type=click.IntRange(2, 1000),
    help="Steps from noise to a picture; a direction holds for this number of them.",
)
FOLDER = click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for directions.safetensors.",
)
COUNT = click.option(
    "--count", default=10, show_default=True, type=click.IntRange(1), help="How many directions."
)
SAMPLES_OPTION = click.option(
    "--samples",
    default=SAMPLES,
    show_default=True,
    type=click.IntRange(2),
    help="Pictures that are drawn, and whose h is kept at every step.",
)


def discovery_options(command: Command) -> Command:
    """Give a command what every search for directions takes."""
    options = (CHECKPOINT, FOLDER, COUNT, SAMPLES_OPTION, STEPS_OPTION, SEED, dry_run_option)
    for option in reversed(options):
        command = option(command)
    return command


def subject_of(options: dict[str, Any]) -> DenoiserSubject:
    """Read the checkpoint and take the choices that a command's options gave."""
    return load_subject(
        options["checkpoint"],
        steps=options["steps"],
        count=options.get("count", 1),
        seed=options["seed"],
    )


@contextmanager
def progress(total: int, what: str, unit: str) -> Iterator[Tell]:
    """Show how far it is, from the first second; what is told is how many are done."""
    with tqdm(total=total, desc=what, unit=unit) as bar:
        yield lambda done: bar.update(done - bar.n)


def walked(subject: DenoiserSubject, samples: int) -> Walk:
    """Draw samples with progress."""
    with progress(samples, "samples", "picture") as tell:
        return walk(subject, samples, tell)


def say_cost_of_pictures(subject: DenoiserSubject, count: float, files: str) -> None:
    """Draw a few pictures and say what `count` would cost, as the end of a dry run."""
    noise = subject.noise(BATCH)
    say_cost(cost_of(lambda: draw_unmoved(subject, noise), count, "pictures", files, each=BATCH))


def size_of(subject: DenoiserSubject, out: Path) -> str:
    """Say how large a file of as many directions as are asked for is."""
    numbers = subject.count * subject.steps * subject.h_size
    return f"{megabytes(_BYTES_A_NUMBER * numbers)} -> {out}"


def write_and_list(found: DirectionSet, out: Path) -> None:
    """Write directions to a folder and print one line for each."""
    write_directions(found, out)
    for direction in found:
        constant = direction.details.get("constancy")
        said = "" if constant is None else f"  constancy {constant:.2f}"
        click.echo(
            f"{direction.name:24} score {direction.score:10.4g}  sigma {direction.sigma:.3f}{said}"
        )
    click.echo(f"{len(found)} directions of h -> {out}")
