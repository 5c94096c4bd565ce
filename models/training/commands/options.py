"""What the trainings share: means against collapse, and how a run is run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import click

from exhibit.cli.numbers import NOT_NEGATIVE, POSITIVE, Number
from models.dry_run import dry_run_option
from models.training.run.folder import kept
from models.training.run.limits import RunLimits
from models.training.run.precision import Asked

Command = Callable[..., Any]
_BEGINNINGS = frozenset(("start", "gan"))
"""What a run begins from."""

_MEANS = (
    click.option(
        "--moments",
        default=0.0,
        show_default=True,
        type=NOT_NEGATIVE,
        help="Weight of moment matching in the pooled activations of AlexNet.",
    ),
    click.option(
        "--features",
        default=0.0,
        show_default=True,
        type=NOT_NEGATIVE,
        help="Weight of a second discriminator, which sees the activations of AlexNet.",
    ),
    click.option(
        "--redraw",
        default=0.0,
        show_default=True,
        type=NOT_NEGATIVE,
        help="Weight of redrawing every drawing from a latent of its own; 5 keeps a small "
        "generator from drawing few pictures for all latents.",
    ),
    click.option(
        "--instance-noise",
        default=0.0,
        show_default=True,
        type=NOT_NEGATIVE,
        help="Noise on all that the discriminator sees; black and white drawings want about 0.1.",
    ),
)
_AUGMENT = (
    click.option(
        "--ada-target",
        type=Number(-1, 1),
        default=0.6,
        show_default=True,
        help="Target of the ADA heuristic: the mean sign of what is said of drawings, -1 to 1.",
    ),
    click.option(
        "--ada-kimg",
        default=500.0,
        show_default=True,
        type=POSITIVE,
        help="Thousand pictures in which p can go from 0 to 1.",
    ),
)
_DEVICES = (
    click.option("--devices", default="1", show_default=True, help="Number of devices, or auto."),
    click.option("--accelerator", default="auto", show_default=True, help="cpu, cuda or auto."),
    click.option(
        "--precision",
        type=click.Choice(get_args(Asked)),
        default="auto",
        show_default=True,
        help="bf16-mixed: matrix products in half precision; auto: what a step is faster in.",
    ),
    dry_run_option,
)


def folder_options(written: str) -> Callable[[Command], Command]:
    """Name the run's folder, which gets what is `written`, and say whether it goes on."""
    out = click.option(
        "-o",
        "--out",
        "folder",
        required=True,
        type=click.Path(path_type=Path),
        help=f"Folder of the run: checkpoints, {written}, logs.",
    )
    resume = click.option(
        "--resume", is_flag=True, help="Go on exactly where the run in --out stopped."
    )
    either = click.option(
        "--begin-or-resume",
        is_flag=True,
        help="Like --resume where --out holds a run, else begin one: for torchrun and for queues, "
        "which give the same command again after a machine failed.",
    )
    return lambda command: out(resume(either(_resuming(command))))


def limit_options(pictures: int, tick_s: float) -> Callable[[Command], Command]:
    """Say how long to train and how often to report; the defaults differ."""
    options = (
        click.option(
            "--pictures",
            default=pictures,
            show_default=True,
            type=click.IntRange(0),
            help="Stop after this many pictures, counted over all calls.",
        ),
        click.option("--minutes", type=NOT_NEGATIVE, help="Stop this call after so many minutes."),
        click.option(
            "--tick-seconds",
            type=NOT_NEGATIVE,
            default=tick_s,
            show_default=True,
            help="Log line and sheet.",
        ),
        click.option("--checkpoint-seconds", type=NOT_NEGATIVE, default=300.0, show_default=True),
    )
    return lambda command: _with(options, command)


def means_options(command: Command) -> Command:
    """Say what keeps a small run from collapsing."""
    return _with(_MEANS, command)


def augment_options(command: Command) -> Command:
    """Say how fast adaptive augmentation follows the discriminator."""
    return _with(_AUGMENT, command)


def limits_of(options: Mapping[str, Any]) -> RunLimits:
    """Return what `limit_options` were given."""
    return RunLimits(
        pictures=options["pictures"],
        minutes=options["minutes"],
        tick_s=options["tick_seconds"],
        checkpoint_s=options["checkpoint_seconds"],
    )


def device_options(command: Command) -> Command:
    """Say where to compute, and whether at all."""
    return _with(_DEVICES, command)


def _resuming(command: Command) -> Command:
    """Make --begin-or-resume one of the two; what a run begins from is not asked for again."""

    @functools.wraps(command)
    def decided(*, begin_or_resume: bool, folder: Path, resume: bool, **options: Any) -> Any:
        if begin_or_resume and not resume and kept(folder):
            resume, options = True, {**options, **dict.fromkeys(_BEGINNINGS & options.keys())}
        return command(folder=folder, resume=resume, **options)

    return decided


def _with(options: tuple[Callable[[Command], Command], ...], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
