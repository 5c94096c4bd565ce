"""A risky change that holds until it is confirmed, or goes by itself."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text
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


class Trials:
    """The trial that is on; kept in the run folder, so that it ends even if this process ends.

    Attributes:
        now: the trial, None where none is on.

    Args:
        run_dir: folder shared by the table's processes.
        clock: monotonic seconds.
    """

    def __init__(self, run_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = run_dir / "operator.trial.json", clock
        self.now = self._read()

    @property
    def left_s(self) -> float | None:
        """Seconds until the trial goes by itself, None where none is on."""
        return None if self.now is None else max(self.now.until - self._clock(), 0.0)

    def begin(self, values: Layer, wanted: Layer, keys: tuple[str, ...], by: str) -> None:
        """Begin a trial; raises OSError where it cannot be kept, and then none is on."""
        trial = Trial(values, wanted, keys, self._clock() + TRIAL_S, by)
        write_whole(self._path, json.dumps(asdict(trial)), PRIVATE)
        self.now = trial

    def end(self) -> None:
        """End the trial that is on, if there is one."""
        self.now = None
        self._path.unlink(missing_ok=True)

    def _read(self) -> Trial | None:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            found = json.loads(plain_text(self._path))
            return Trial(**{**found, "keys": tuple(found["keys"])})
        return None
