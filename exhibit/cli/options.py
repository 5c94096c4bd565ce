"""Options that several commands of `exhibit` and `calibrate` have, and the settings they name."""

from __future__ import annotations

from pathlib import Path

import click

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


def found_file(config_file: Path | None) -> Path | None:
    """Return the file that settings are read from, or None for the defaults."""
    if config_file is None and not DEFAULT_CONFIG.exists():
        return None
    return config_file or DEFAULT_CONFIG


def read_config(config_file: Path | None) -> Config:
    """Return the settings of a file, of config.yaml in this folder, or the defaults."""
    found = found_file(config_file)
    return Config() if found is None else load_config(found)
