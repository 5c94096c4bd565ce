"""Whether pictures take so long that nobody takes them for an answer."""

from __future__ import annotations

from collections import deque
from statistics import median

_SLOW_S, _QUICK_S = 1.0, 0.7
_PICTURES = 5


class Slowness:
    """Remembers how long the newest pictures took; one that was late by itself is no fault."""

    def __init__(self) -> None:
        self._took_s: deque[float] = deque(maxlen=_PICTURES)
        self._is_slow = False

    def took(self, seconds: float) -> None:
        """Take in how long a picture took, from its frame in hand to the picture."""
        self._took_s.append(seconds)
        if len(self._took_s) == _PICTURES:
            self._is_slow = median(self._took_s) > (_QUICK_S if self._is_slow else _SLOW_S)

    def rest(self) -> None:
        """Say that nobody draws: what was slow is nobody's business any more."""
        self._took_s.clear()
        self._is_slow = False

    @property
    def told(self) -> str:
        """How long a picture takes, where that is too long; empty where it is not."""
        return f"{median(self._took_s):.1f} s" if self._is_slow else ""
