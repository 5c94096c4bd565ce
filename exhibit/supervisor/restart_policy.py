"""When a process may be started again: back-off that doubles, and a budget per window."""

from __future__ import annotations

from collections import deque

from exhibit.contract.settings.schema import SupervisorConfig

_STEADY_S = 5.0
"""Who lived so long did not fail in starting, and visitors do not wait longer for the next start.
How many there may be is the budget's to say."""


class RestartPolicy:
    """Remembers the restarts of one process for as long as the window lasts."""

    def __init__(self, config: SupervisorConfig) -> None:
        self._config = config
        self._restarts: deque[float] = deque()
        self._backoff_s = config.backoff_min_s

    def next_start(self, now: float, lived_s: float) -> float:
        """Return when to start a process again that failed at `now` after `lived_s` seconds."""
        due = now + self.pause_s(lived_s)
        if self.exhausted(now):
            due = max(due, self._restarts[0] + self._config.restart_window_s)
        self._restarts.append(due)
        return due

    def pause_s(self, lived_s: float) -> float:
        """Return how long to wait after a life of `lived_s` seconds; takes nothing off the budget.

        A process that ended as it should is no failure, but may do so again and again.
        """
        if lived_s >= _STEADY_S:
            self._backoff_s = self._config.backoff_min_s
        pause_s = self._backoff_s
        self._backoff_s = min(2 * self._backoff_s, self._config.backoff_max_s)
        return pause_s

    def exhausted(self, now: float) -> bool:
        """Return whether the window holds as many restarts as the budget allows."""
        while self._restarts and now - self._restarts[0] >= self._config.restart_window_s:
            self._restarts.popleft()
        return len(self._restarts) >= self._config.restart_budget
