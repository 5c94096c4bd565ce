"""A risky change that holds until it is confirmed, or goes by itself."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.settings.layers import Layer

TRIAL_S = 60.0


@dataclass(frozen=True, slots=True)
class Trial:
    """A risky change until it is confirmed.

    `values` hold now; `wanted` is what would be saved for `keys` (nothing for a key that goes back
    to the file's value); `until` is in monotonic seconds.
    """

    values: Layer
    wanted: Layer
    keys: tuple[str, ...]
    until: float
    by: str


class TrialFile:
    """Keeps a trial in the run folder, so that it ends even if this process ended before it."""

    def __init__(self, run_dir: Path) -> None:
        self._path = run_dir / "operator.trial.json"

    def read(self) -> Trial | None:
        """Return the trial that is on, if there is one."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return Trial(**{**found, "keys": tuple(found["keys"])})
        return None

    def write(self, trial: Trial) -> None:
        """Begin a trial."""
        write_whole(self._path, json.dumps(asdict(trial)), PRIVATE)

    def clear(self) -> None:
        """End the trial."""
        self._path.unlink(missing_ok=True)
