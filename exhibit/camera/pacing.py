"""Ticks at a steady rate."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pacer:
    """Waits for the next tick; after a stall it goes on from now and never catches up in a burst.

    Args:
        rate_hz: ticks per second.
        clock: monotonic seconds.
        wait: sleeps for some seconds.
    """

    def __init__(
        self,
        rate_hz: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval_s = 1 / rate_hz
        self._clock = clock
        self._wait = wait
        self._due: float | None = None

    def next(self) -> float:
        """Wait for the next tick and return its time in monotonic seconds."""
        now = self._clock()
        if self._due is None:
            self._due = now
            return now
        self._due += self._interval_s
        if now > self._due + self._interval_s:
            self._due = now
        elif now < self._due:
            self._wait(self._due - now)
        return self._due
