"""Options of commands that try directions on codes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from exhibit.cli.numbers import Number
from models.directions.codes import Wish

Command = Callable[..., None]

CHECKPOINT = click.option(
    "--checkpoint",
    required=True,
    type=click.Path(path_type=Path),
    help="The model, of models train-gan or models train-encoder.",
)
SOURCES = (
    click.option(
        "--psi",
        default=1.0,
        show_default=True,
        type=Number(0, 2),
        help="Truncation of random pictures: smaller is calmer.",
    ),
    click.option(
        "--bundle",
        type=click.Path(path_type=Path),
        help="Move the samples that this bundle keeps, not new ones.",
    ),
    click.option(
        "--sketches",
        type=click.Path(path_type=Path),
        help="Move answers to held-out sketches of this Quick, Draw! file; needs an encoder.",
    ),
)


def code_options(default_count: int) -> Callable[[Command], Command]:
    """Give a command `checkpoint` and `wish`, the codes that directions are tried on."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_wish(
            count: int, psi: float, bundle: Path | None, sketches: Path | None, **options: Any
        ) -> None:
            command(wish=Wish(count, psi, bundle, sketches), **options)

        wrapped: Command = with_wish
        for option in reversed((CHECKPOINT, _count(default_count), *SOURCES)):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _count(default: int) -> Callable[[Command], Command]:
    return click.option(
        "--codes",
        "count",
        default=default,
        show_default=True,
        type=click.IntRange(1, 1000),
        help="How many pictures to move.",
    )
