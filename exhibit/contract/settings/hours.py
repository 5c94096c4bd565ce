"""Opening hours as people write them: `10:00-17:00` or `tue-sun 10:00-17:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MIN = 24 * 60
_DAY = "|".join(_DAYS)
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_WRITTEN = re.compile(
    rf"(?:({_DAY})(?:-({_DAY}))?\s+)?{_CLOCK}\s*-\s*(?:{_CLOCK}|24:00)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Span:
    """From minute `begin` of each of `days` (0 is Monday) for `length_min` minutes."""

    days: frozenset[int]
    begin_min: int
    length_min: int

    def holds(self, now: datetime) -> bool:
        """Return whether `now` (local time) lies in it; one past midnight belongs to its eve."""
        minute = now.hour * 60 + now.minute
        for days_ago in (0, 1):
            passed = minute + days_ago * _DAY_MIN - self.begin_min
            if (now.weekday() - days_ago) % 7 in self.days and 0 <= passed < self.length_min:
                return True
        return False


def parse_span(text: str) -> Span:
    """Return the hours that a text names; those that end when they begin are a whole day.

    Raises:
        ValueError: it names none.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError('expected hours such as "10:00-17:00" or "tue-sun 10:00-17:00"')
    first, last, *clock = found.groups()
    begin = 60 * int(clock[0]) + int(clock[1])
    end = _DAY_MIN if clock[2] is None else 60 * int(clock[2]) + int(clock[3])
    return Span(_days(first, last), begin, (end - begin) % _DAY_MIN or _DAY_MIN)


def is_open(hours: Iterable[str], now: datetime) -> bool:
    """Return whether `now` (local time) lies within any of the hours; none at all are always."""
    spans = [parse_span(text) for text in hours]
    return not spans or any(span.holds(now) for span in spans)


def _days(first: str | None, last: str | None) -> frozenset[int]:
    if first is None:
        return frozenset(range(7))
    begin = _DAYS.index(first.lower())
    end = begin if last is None else _DAYS.index(last.lower())
    return frozenset((begin + day) % 7 for day in range((end - begin) % 7 + 1))
