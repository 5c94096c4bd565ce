"""How often drawings may be taken home: a token left on the table must not print for ever."""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from exhibit.contract.settings.taking_home import TakehomeConfig
from exhibit.contract.taking_home import PAGE

if TYPE_CHECKING:
    from exhibit.contract.values import Gray

Refusal = Literal["too_soon", "too_many", "same"]
_HOUR_S = 3600.0


class Allowance:
    """Counts what was taken home, and refuses what is too much.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._taken: deque[float] = deque()
        self._drawing = b""

    def refuse(self, ink: Gray, by: str, config: TakehomeConfig) -> Refusal | None:
        """Return why a drawing may not be taken home now; None where it may.

        Only a person may have the same drawing twice: a token says no more by staying.

        Args:
            ink: (S, S) uint8 of the drawing.
            by: who asks.
            config: how often it may be.
        """
        if by != PAGE and _mark(ink) == self._drawing:
            return "same"
        if self.is_used_up(config):
            return "too_many"
        if self._taken and self._clock() - self._taken[-1] < config.pause_s:
            return "too_soon"
        return None

    def take(self, ink: Gray) -> None:
        """Count a drawing that is taken home."""
        self._taken.append(self._clock())
        self._drawing = _mark(ink)

    def is_used_up(self, config: TakehomeConfig) -> bool:
        """Return whether as many were taken home within the hour as may be."""
        return self.taken_within_the_hour >= config.most_an_hour

    @property
    def taken_within_the_hour(self) -> int:
        """How many drawings were taken home within the last hour."""
        while self._taken and self._clock() - self._taken[0] >= _HOUR_S:
            self._taken.popleft()
        return len(self._taken)


def _mark(ink: Gray) -> bytes:
    """Return what tells a drawing from another, and nothing of what is drawn."""
    return hashlib.sha256(ink.tobytes()).digest()
