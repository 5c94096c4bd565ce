"""What all commands of `calibrate` need: the configuration and the file to write."""

from __future__ import annotations

from pathlib import Path

from exhibit.contract.config import Config
from exhibit.contract.config_file import load_config

DEFAULT_CONFIG = Path("config.yaml")


def read_config(config_file: Path | None) -> Config:
    """Return the configuration in a file, or in config.yaml here, or the defaults."""
    if config_file is None and not DEFAULT_CONFIG.exists():
        return Config()
    return load_config(config_file or DEFAULT_CONFIG)
