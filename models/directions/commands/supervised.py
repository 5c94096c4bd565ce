"""What the commands share that learn from measured samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from exhibit.cli.numbers import Number
from models.directions.codes import answers_to
from models.directions.commands.shared import (
    cost_of_pictures,
    discover_and_write,
    size_of,
    subject_of,
)
from models.directions.supervised import FRACTION, SAMPLES, Targets, check_samples
from models.dry_run import say_cost
from models.networks.psp.inverter import Codes

Command = Callable[..., None]

SAMPLES_OPTION = click.option(
    "--samples",
    default=SAMPLES,
    show_default=True,
    type=click.IntRange(4),
    help="Pictures to draw and measure.",
)
CLASSIFIER_OPTION = click.option(
    "--classifier",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of models directions classifier; its labels are measured too.",
)
SEMANTICS_OPTION = click.option(
    "--semantics", help="Which ones, as ink-coverage,slant; all without."
)
TARGETS_OPTION = click.option(
    "--targets",
    default="as-measured",
    show_default=True,
    type=click.Choice(get_args(Targets)),
    help="Fit semantics as measured, or conditioned on each other so that none goes with another.",
)
FRACTION_OPTION = click.option(
    "--fraction",
    default=FRACTION,
    show_default=True,
    type=Number(0.001, 0.5),
    help="Share of pictures with most of a semantic, and share with least, that are compared.",
)


SKETCHES_OPTION = click.option(
    "--sketches",
    type=click.Path(path_type=Path),
    help="Move answers to held-out sketches of this Quick, Draw! file, not random pictures; "
    "needs an encoder. What is found then works at the table.",
)
MOVED_ANSWERS = 100


def sample_options(command: Command) -> Command:
    """Give a command the options of measured samples."""
    for option in (
        TARGETS_OPTION,
        SKETCHES_OPTION,
        SEMANTICS_OPTION,
        CLASSIFIER_OPTION,
        SAMPLES_OPTION,
    ):
        command = option(command)
    return command


def listed(text: str | None) -> tuple[str, ...]:
    """Read `a,b` as names; None as none."""
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()


def settings_of(options: dict[str, Any]) -> dict[str, Any]:
    """Take the settings of measured samples out of a command's options."""
    return {
        "samples": options.pop("samples"),
        "classifier": options.pop("classifier"),
        "semantics": listed(options.pop("semantics")),
        "targets": options.pop("targets"),
        "answers": answers_of(options.pop("sketches"), options["checkpoint"]),
    }


def learn_and_write(method: str, options: dict[str, Any], **settings: Any) -> None:
    """Run a method on measured samples as `discover_and_write` does, or say what they would cost.

    Args:
        method: as in the registry.
        options: what `discovery_options` and `sample_options` added to the command.
        settings: of the method alone.
    """
    sampled = settings_of(options)
    if not options["dry_run"]:
        discover_and_write(method, options, **settings, **sampled)
        return
    subject, answers = subject_of(options), sampled["answers"]
    check_samples(method, subject, sampled["samples"])
    pictures = sampled["samples"] + (0 if answers is None else len(answers.w_plus))
    files = f"{size_of(subject)} -> {options['out']}"
    say_cost(cost_of_pictures(subject, pictures, sampled["classifier"], files))


def answers_of(sketches: Path | None, checkpoint: Path) -> Codes | None:
    """Answer sketches to move; None without them."""
    return None if sketches is None else answers_to(sketches, checkpoint, MOVED_ANSWERS)
