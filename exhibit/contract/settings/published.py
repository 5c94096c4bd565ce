"""The settings in force as state: published whole, and followed by every process.

One file of the run folder holds them all, with a generation that rises. Whoever runs looks at it
once a loop and takes the newest; nothing is sent, so nothing can be lost, and a process that
starts again is right at once. One process publishes at a time: the supervisor before it starts the
others, the operator's page from then on.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exhibit.contract.errors import ConfigError
from exhibit.contract.files import tell
from exhibit.contract.settings.layers import Layer
from exhibit.contract.settings.reach import changed_keys, restarts_for
from exhibit.contract.settings.schema import Config

_NAME = "settings.json"


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """Settings in force.

    Attributes:
        generation: rises by one with every change.
        config: the settings.
        file: what `config.yaml` said when the table started.
        kept: layers that live as long as the run folder (`command_line`, `chosen`, `preview`), so
            that a page which starts again knows them.
        left_out: what of the files could not be used when the table started, in one line each; the
            supervisor tells of it for as long as the table runs.
    """

    generation: int
    config: Config
    file: Config
    kept: Mapping[str, Layer] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def publish(run_dir: Path, published: Published) -> bool:
    """Replace the settings in force, whole or not at all.

    Returns:
        False where the memory file system is full; what was published before still holds.
    """
    text = {
        "generation": published.generation,
        "config": published.config.model_dump(mode="json"),
        "file": published.file.model_dump(mode="json"),
        "kept": published.kept,
    }
    return tell(run_dir / _NAME, json.dumps(text))


def read_published(run_dir: Path) -> Published:
    """Return the newest settings; raises ConfigError where there are none that can be read."""
    path = run_dir / _NAME
    try:
        return _parsed(path.read_bytes())
    except (OSError, ConfigError) as error:
        raise ConfigError(f"{path}: {error}; expected the settings of a running table") from None


def _parsed(text: bytes) -> Published:
    try:
        found = json.loads(text)
        return Published(
            int(found["generation"]),
            _config(found["config"]),
            _config(found["file"]),
            found["kept"],
        )
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise ConfigError(str(error).splitlines()[0]) from None


def _config(data: Any) -> Config:
    return Config.model_validate_json(json.dumps(data), strict=True)


class Follower:
    """Follows the newest settings for one process.

    Attributes:
        config: the newest settings.
        generation: the newest whose every setting this process runs with; settings that hold only
            from a start keep it where it is until the process starts again.
        read_generation: the newest that was read.

    Args:
        run_dir: the folder that the processes share.
        name: of the process.

    Raises:
        ConfigError: there are no settings to start with.
    """

    def __init__(self, run_dir: Path, name: str) -> None:
        self._path, self._name = run_dir / _NAME, name
        self._text: mmap.mmap | None = None
        self._inode = 0
        published = read_published(run_dir)
        self.config = self._began_with = published.config
        self.generation = self.read_generation = published.generation

    @property
    def outdated(self) -> bool:
        """Whether the process must start again to run with the newest settings."""
        return self.generation != self.read_generation

    def follow(self) -> Config | None:
        """Return the newest settings where they are newer than at the last call; never waits."""
        try:
            if os.stat(self._path).st_ino == self._inode:  # noqa: PTH116 - looked at 60 times a second
                return None
            published = _parsed(self._newest())
        except (OSError, ValueError, ConfigError):
            # The folder goes, or another release wrote it: what holds goes on.
            return None
        if published.generation == self.read_generation:
            return None
        self.config, self.read_generation = published.config, published.generation
        if self._name not in restarts_for(changed_keys(self._began_with, published.config)):
            self.generation = published.generation
        return self.config

    def _newest(self) -> bytes:
        """Read the file, and keep it mapped: as long as it is, no other file gets its number.

        A file's time is too coarse to tell two changes apart.
        """
        with self._path.open("rb") as file:
            self._inode = os.fstat(file.fileno()).st_ino
            self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._text[:]

    def status(self) -> dict[str, Any]:
        """Return what the status of the process says about its settings."""
        return {"generation": self.generation, "outdated": self.outdated}
