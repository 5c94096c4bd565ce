"""What the commands of `models structure` that learn share: their options, and one way to run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from torch import nn

from exhibit.cli.numbers import NOT_NEGATIVE, SEEDS
from models.dry_run import dry_run_option, say_cost
from models.structure.learning import Course, Lesson, cost_of, learn
from models.training.commands.options import folder_options, limit_options, limits_of

Command = Callable[..., Any]


def learning_options(
    pictures: int, batch: int, learning_rate: float
) -> Callable[[Command], Command]:
    """Give a command all that says how long and how fast to learn; the defaults differ."""
    options = (
        folder_options("sheet, card.yaml"),
        limit_options(pictures=pictures, tick_s=30.0),
        click.option(
            "--batch",
            default=batch,
            show_default=True,
            type=click.IntRange(1),
            help="Examples a step.",
        ),
        click.option(
            "--learning-rate",
            default=learning_rate,
            show_default=True,
            type=NOT_NEGATIVE,
            help="At the beginning; it falls to 0 at --pictures.",
        ),
        click.option(
            "--seed", type=SEEDS, default=0, show_default=True, help="Of everything random."
        ),
        dry_run_option,
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def learnt(lesson: Lesson, folder: Path, options: dict[str, Any]) -> nn.Module | None:
    """Learn a lesson as the options say; None where only its cost was asked for."""
    course = Course(
        folder=folder,
        resume=options["resume"],
        limits=limits_of(options),
        batch=options["batch"],
        learning_rate=options["learning_rate"],
        seed=options["seed"],
    )
    if options["dry_run"]:
        say_cost(cost_of(lesson, course))
        return None
    return learn(lesson, course)
