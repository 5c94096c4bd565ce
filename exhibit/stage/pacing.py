"""Keeping time: frames at equal intervals."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pacer:
    """Waits for the next frame's time.

    After a stall it starts afresh from now: it never hurries to catch up.
    """

    def __init__(
        self,
        fps: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._period_s = 1.0 / fps
        self._clock = clock
        self._sleep = sleep
        self.due = clock() + self._period_s
        """When the next frame is to be shown, monotonic seconds."""

    def wait(self, lead_s: float = 0.0) -> None:
        """Sleep until `lead_s` before the next frame is due; return at once where that is past."""
        left = self.due - lead_s - self._clock()
        if left > 0:
            self._sleep(left)

    def shown(self) -> None:
        """Say that the frame that was due is shown."""
        self.due += self._period_s
        now = self._clock()
        if self.due < now:
            self.due = now + self._period_s
