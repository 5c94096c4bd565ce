"""What all commands of discovery share: their options, and one way to run a method."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from exhibit.cli.numbers import SEEDS, numbers_in
from models.directions.commands.codes import CHECKPOINT
from models.directions.drawing import CHUNK
from models.directions.measured import measure_samples
from models.directions.registry import find_method
from models.directions.result import SPACES, DirectionSet, write_directions
from models.directions.subject import Subject, load_subject
from models.dry_run import (
    Cost,
    cost_of,
    dry_run_option,
    duration,
    megabytes,
    peak_memory_mb,
    say_cost,
    seconds_of,
)

Command = Callable[..., None]
_BYTES_A_NUMBER = 4
_MOST_LAYERS = 18
"""Of the largest generator, 1024 px."""

OUT = click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for directions.safetensors.",
)
LAYERS = click.option("--layers", help="Rows of w_plus to move, as 0-3,6; all without.")
COUNT = click.option(
    "--count",
    default=10,
    show_default=True,
    type=click.IntRange(1),
    help="How many directions.",
)
SPACE = click.option(
    "--space",
    default="w",
    show_default=True,
    type=click.Choice(SPACES),
    help="One vector for all layers (w), or one a layer (w_plus).",
)
SEED = click.option("--seed", type=SEEDS, default=0, show_default=True, help="Of all samples.")


def discovery_options(command: Command) -> Command:
    """Give a command the options that every method has whose directions move codes."""
    return _with(command, CHECKPOINT, OUT, LAYERS, COUNT, SPACE, SEED, dry_run_option)


def map_options(command: Command) -> Command:
    """Give a command the options of methods whose directions are added to a feature map."""
    return _with(command, CHECKPOINT, OUT, COUNT, SEED, dry_run_option)


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def subject_of(options: dict[str, Any]) -> Subject:
    """Read the checkpoint and take the choices that a command's shared options gave."""
    layers = options.get("layers")
    return load_subject(
        options["checkpoint"],
        None if layers is None else numbers_in("--layers", layers, _MOST_LAYERS),
        space=options.get("space", "w"),
        count=options["count"],
        seed=options["seed"],
    )


def discover_and_write(method: str, options: dict[str, Any], **settings: Any) -> None:
    """Run a method with the shared options of a command, write its directions and list them.

    A dry run of one that takes a second is the whole of it, but for what it writes.

    Args:
        method: as in the registry.
        options: what `discovery_options` added to the command.
        settings: of the method alone.
    """
    subject = subject_of(options)
    if options["dry_run"]:
        say_cost(cost_of_trial(method, subject, options["out"], 1, **settings))
    else:
        write_and_list(find_method(method)(subject, **settings), options["out"])


def cost_of_trial(method: str, subject: Subject, out: Path, times: float, **settings: Any) -> Cost:
    """Run a method once and say what running it so many `times` would cost."""
    seconds = seconds_of(lambda: find_method(method)(subject, **settings))
    pace = f"{duration(seconds)} a run"
    return Cost(times * seconds, pace, peak_memory_mb(), f"{size_of(subject)} -> {out}")


def cost_of_pictures(subject: Subject, count: int, classifier: Path | None, files: str) -> Cost:
    """Draw and measure a few pictures and say what `count` would cost."""

    def few() -> object:
        return measure_samples(subject, CHUNK, classifier)

    return cost_of(few, count, "pictures", files, each=CHUNK)


def size_of(subject: Subject) -> str:
    """Say how large a file of as many directions as are asked for is, at most."""
    numbers = subject.count * math.prod(subject.code_shape)
    return f"at most {megabytes(numbers * _BYTES_A_NUMBER)}"


def write_and_list(found: DirectionSet, out: Path) -> None:
    """Write directions to a folder and print one line for each."""
    write_directions(found, out)
    for direction in found:
        click.echo(
            f"{direction.name:24} score {direction.score:10.4g}  sigma {direction.sigma:.3f}"
        )
    click.echo(f"{len(found)} directions in {found.directions[0].space} -> {out}")
