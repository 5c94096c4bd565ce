"""Strengths through the day: what they are at given times, and evenly between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from exhibit.contract.settings.schema import SchedulePoint

DAY_S = 24 * 3600.0


def time_of_day_s() -> float:
    """Return seconds since midnight by the clock on the wall."""
    now = datetime.now()
    return 3600.0 * now.hour + 60.0 * now.minute + now.second


class Timetable:
    """A strength for every moment of the day; after the last point it goes on to the first.

    Args:
        points: in any order, at different times; none gives 0 all day.
    """

    def __init__(self, points: Sequence[SchedulePoint]) -> None:
        knots = sorted((_seconds(point.at), point.strength) for point in points)
        if knots:
            (first_s, first), (last_s, last) = knots[0], knots[-1]
            knots = [(last_s - DAY_S, last), *knots, (first_s + DAY_S, first)]
        self._times = [at for at, _ in knots]
        self._strengths = [strength for _, strength in knots]
        self.largest = max(map(abs, self._strengths), default=0.0)

    def strength(self, day_s: float) -> float:
        """Return the strength at `day_s` seconds since midnight, in units of w."""
        if not self._times:
            return 0.0
        after = bisect_right(self._times, day_s)
        begin, end = self._times[after - 1], self._times[after]
        passed = (day_s - begin) / (end - begin)
        before, then = self._strengths[after - 1], self._strengths[after]
        return before + passed * (then - before)


def _seconds(at: str) -> float:
    hours, minutes = at.split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes)
