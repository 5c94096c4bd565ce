"""Settings of a running table without the page that publishes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.published import Published, publish, read_published
from exhibit.contract.settings.schema import Config


def begin_with(run_dir: Path, config: Config) -> None:
    """Publish the settings that a table begins with."""
    publish(run_dir, Published(1, config, config))


def set_to(run_dir: Path, overrides: Mapping[str, Any]) -> int:
    """Publish other settings, and return their generation."""
    before = read_published(run_dir)
    config = apply_overrides(before.config, overrides)
    publish(run_dir, Published(before.generation + 1, config, before.file))
    return before.generation + 1
