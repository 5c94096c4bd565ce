"""Options that several commands of `exhibit` and `calibrate` have."""

from __future__ import annotations

from pathlib import Path

import click

CONFIG_OPTION = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    metavar="F",
    help="Settings of this table; config.yaml in this folder where none is named.",
)
