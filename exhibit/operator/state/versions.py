"""The last ten versions of the operator's overrides, to compare and to go back to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.layers import Layer, flat
from exhibit.contract.settings.overrides import HISTORY

KEPT = 10
# What one person changes in one go is one version, or a slider would push the others out.
_ONE_GO_S = 60.0


class Version(BaseModel):
    """Overrides as they were saved: when (UTC), by whom and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: int
    at: str
    by: str
    note: str
    overrides: Layer


class Versions:
    """The history, one file a version.

    Args:
        state_dir: the state folder.
        clock: monotonic seconds.
    """

    def __init__(self, state_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = state_dir / HISTORY
        self._clock = clock
        self._added_at = float("-inf")
        self.fault = ""

    def all(self) -> list[Version]:
        """Return the versions, newest first; what cannot be read is left out."""
        found = []
        for file in self._files():
            try:
                found.append(Version.model_validate_json(plain_text(file)))
            except (OSError, ValueError, ValidationError):
                continue
        return found

    def find(self, number: int) -> Version | None:
        """Return one version."""
        return next((version for version in self.all() if version.id == number), None)

    def add(self, before: Layer, overrides: Layer, by: str, note: str) -> None:
        """Keep a version, and the one before the first; `fault` says where it cannot be kept.

        The change itself is saved by then, so it holds either way.
        """
        try:
            if not self._files():
                self._keep(before, "start", "before the first change")
            self._keep(overrides, by, note)
            self.fault = ""
        except OSError as error:
            self.fault = f"the history cannot be kept: {error.strerror or error}"

    def _keep(self, overrides: Layer, by: str, note: str) -> None:
        now, kept = self._clock(), self.all()
        newest = kept[0] if kept else None
        continues = (
            newest is not None
            and len(kept) > 1
            and (newest.by, newest.note) == (by, note)
            and now - self._added_at < _ONE_GO_S
        )
        number = 1 if newest is None else newest.id + (0 if continues else 1)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        version = Version(id=number, at=at, by=by, note=note, overrides=overrides)
        write_whole(self._folder / f"{number:08d}.json", json.dumps(version.model_dump()), PRIVATE)
        self._added_at = now
        for file in self._files()[KEPT:]:
            file.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"), reverse=True)


def differences(before: Layer, after: Layer) -> list[dict[str, object]]:
    """Return every key that two versions do not share, with both values (None where unset)."""
    old, new = dict(flat(before)), dict(flat(after))
    return [
        {"key": key, "before": old.get(key), "after": new.get(key)}
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]
