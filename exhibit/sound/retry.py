"""When to try a device again: soon at first, then every minute, and at once where one has come."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_FIRST_S, _LONGEST_S = 0.5, 60.0
"""PortAudio keeps some 13 kB whenever it lists devices anew: every ten seconds, 4.6 MB an hour."""
_PROVED_S = 20.0
_CARDS = Path("/dev/snd")
Signs = tuple[int | None, ...]


def signs_of_devices() -> Signs:
    """Return what changes when a sound card or a sound server comes or goes."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    return tuple(_changed_at(path) for path in (_CARDS, runtime, runtime / "pulse"))


def _changed_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


class Retry:
    """The times at which something that may not be there is tried.

    Args:
        signs: changes when it may have come.
    """

    def __init__(self, signs: Callable[[], Signs] = signs_of_devices) -> None:
        self._signs = signs
        self._seen: Signs | None = None
        self.forget()

    def due(self, now: float) -> bool:
        """Return whether it may be tried at `now` (monotonic seconds)."""
        if now >= self._due:
            return True
        return now >= self._soonest and self._signs() != self._seen

    def began(self, now: float) -> None:
        """Say that it works."""
        self._began_at = now

    def failed(self, now: float) -> None:
        """Say that it does not, or no longer; what worked for a while is tried again at once."""
        if now - self._began_at > _PROVED_S:
            self._wait_s = _FIRST_S
        self._due, self._soonest, self._seen = now + self._wait_s, now + _FIRST_S, self._signs()
        self._wait_s = min(2.0 * self._wait_s, _LONGEST_S)
        self._began_at = float("inf")

    def forget(self) -> None:
        """Try at once: somebody chose another device."""
        self._wait_s = _FIRST_S
        self._due = self._soonest = float("-inf")
        self._began_at = float("inf")
