"""When to try a device again: soon at first, then every ten seconds."""

from __future__ import annotations

_FIRST_S, _LONGEST_S = 0.5, 10.0
_PROVED_S = 20.0


class Retry:
    """The times at which something that may not be there is tried."""

    def __init__(self) -> None:
        self.forget()

    def due(self, now: float) -> bool:
        """Return whether it may be tried at `now` (monotonic seconds)."""
        return now >= self._due

    def began(self, now: float) -> None:
        """Say that it works."""
        self._began_at = now

    def failed(self, now: float) -> None:
        """Say that it does not, or no longer; what worked for a while is tried again at once."""
        if now - self._began_at > _PROVED_S:
            self._wait_s = _FIRST_S
        self._due = now + self._wait_s
        self._wait_s = min(2.0 * self._wait_s, _LONGEST_S)
        self._began_at = float("inf")

    def forget(self) -> None:
        """Try at once: somebody chose another device."""
        self._wait_s = _FIRST_S
        self._due, self._began_at = float("-inf"), float("inf")
