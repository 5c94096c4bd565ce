"""Options that several commands of `exhibit` and `calibrate` have, and the settings they name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from exhibit.contract.errors import InputError
from exhibit.contract.plain_files import real_path
from exhibit.contract.settings.file import load_config
from exhibit.contract.settings.schema import Config

DEFAULT_CONFIG = Path("config.yaml")
CONFIG_OPTION = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="F",
    help="Settings of this table; config.yaml in this folder where none is named.",
)


def refuse_overwriting(read: Iterable[Path | None], written: Iterable[Path | None]) -> None:
    """Refuse to write where something is read from, or twice to one place.

    Args:
        read: files that a command reads; None is no file.
        written: that it writes.

    Raises:
        InputError: naming the file that would be lost.
    """
    taken = {real_path(path): "reads" for path in read if path is not None}
    for path in written:
        if path is None:
            continue
        there = real_path(path)
        if there in taken:
            raise InputError(
                f"{path}: would overwrite what this command {taken[there]}; expected another place"
            )
        taken[there] = "writes"


def found_file(config_file: Path | None) -> Path | None:
    """Return the file that settings are read from, or None for the defaults."""
    if config_file is None and not DEFAULT_CONFIG.exists():
        return None
    return config_file or DEFAULT_CONFIG


def read_config(config_file: Path | None) -> Config:
    """Return the settings of a file, of config.yaml in this folder, or the defaults."""
    found = found_file(config_file)
    return Config() if found is None else load_config(found)
