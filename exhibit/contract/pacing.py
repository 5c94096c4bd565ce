"""Keeping time: ticks at equal intervals."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pacer:
    """Waits for the next tick; after a stall it goes on from now, and never hurries to catch up.

    Whoever does something between waking and the tick calls `wait` and `done`; whoever only wants
    the next tick calls `next`.

    Attributes:
        due: when the next tick is, in monotonic seconds.

    Args:
        rate_hz: ticks per second.
        clock: monotonic seconds.
        sleep: sleeps for some seconds.
    """

    def __init__(
        self,
        rate_hz: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._period_s = 1.0 / rate_hz
        self._clock = clock
        self._sleep = sleep
        self.due = self._tick = clock()

    def wait(self, lead_s: float = 0.0) -> None:
        """Sleep until `lead_s` before the next tick; return at once where that is past."""
        left = self.due - lead_s - self._clock()
        if left > 0:
            self._sleep(left)

    def done(self) -> None:
        """Say that what was due is done: the next tick is a period on."""
        self.due += self._period_s
        now = self._clock()
        if self.due < now:
            self.due = now + self._period_s

    def next(self, after_s: float | None = None) -> float:
        """Wait for the next tick and return its time in monotonic seconds.

        Args:
            after_s: from the tick before to this one; None is as long as always.
        """
        if after_s is not None:
            self.due = self._tick + after_s
        now = self._clock()
        if now > self.due + self._period_s:
            self.due = now
        self.wait()
        self._tick = self.due
        self.due += self._period_s
        return self._tick
