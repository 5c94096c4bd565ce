"""The overrides as they are on the disk, and how they became so."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from exhibit.contract.errors import ConfigError
from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.layers import Layer, flat
from exhibit.contract.settings.overrides import FILE_ONLY, OVERRIDES, overrides_text
from exhibit.contract.settings.schema import Config
from exhibit.operator.state.versions import Versions


class SavedOverrides:
    """What an operator has saved on top of `config.yaml`.

    Attributes:
        layer: the overrides.
        versions: their history.

    Args:
        file: what `config.yaml` says.
        layer: the overrides as they are on the disk.
        clock: monotonic seconds.
    """

    def __init__(
        self, file: Config, layer: Layer, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.layer = layer
        self.versions = Versions(file.state_dir, clock)
        self._file = file

    def new_values(self, wanted: Layer) -> dict[str, Any]:
        """Return by dotted key what would be different with the overrides `wanted`.

        Raises:
            ConfigError: a key or value is not allowed.
        """
        for key, _ in flat(wanted):
            if key in FILE_ONLY:
                raise ConfigError(f"{key}: is no override; expected in config.yaml only")
        after = values_of(apply_overrides(self._file, wanted, "settings"))
        before = values_of(apply_overrides(self._file, self.layer, "overrides"))
        return {key: value for key, value in after.items() if before[key] != value}

    def save(self, wanted: Layer) -> None:
        """Replace the overrides; raises OSError where they cannot be saved, and keeps the old."""
        if wanted != self.layer:
            write_whole(self._file.state_dir / OVERRIDES, overrides_text(wanted), PRIVATE)
            self.layer = wanted

    def keep_version(self, before: Layer, by: str, note: str) -> None:
        """Put it into the history that the overrides are not those of `before` any more."""
        if self.layer != before:
            self.versions.add(before, self.layer, by, note)


def values_of(config: Config) -> dict[str, Any]:
    """Return every value by dotted key."""
    return dict(flat(config.model_dump(mode="json")))
