"""What the commands share that turn one checkpoint into another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from models.dry_run import checking_option

Command = Callable[..., Any]


def network_to_checkpoint(example: str) -> Callable[[Command], Command]:
    """Give a command a published `network` to read and `out`, such as the example."""
    network = click.argument("network", type=click.Path(path_type=Path))
    out = file_to_write(f"Checkpoint to write, for example {example}.")
    return lambda command: network(out(command))


def file_to_write(said: str = "File to write.") -> Callable[[Command], Command]:
    """Give a command `out`, the file that it writes unless `dry_run` is asked for."""
    out = click.option(
        "-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help=said
    )
    return lambda command: out(checking_option(command))
