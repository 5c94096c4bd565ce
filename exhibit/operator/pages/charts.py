"""Bars of the page "Visits"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

_MOST_BARS = 62
_TICKS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `tick` is written under it, empty for none."""

    label: str
    count: int
    tick: str = ""


def day_bars(summary: Mapping[str, Any], days: int, today: date) -> list[Bar]:
    """Return a bar for every day of a period, of every week where there are too many days."""
    counts = {entry["day"]: int(entry["sheets"]) for entry in summary["days"]}
    step = 1 if days <= _MOST_BARS else 7
    first = today - timedelta(days=days - 1)
    starts = [first + timedelta(days=offset) for offset in range(0, days, step)]
    spans = [[start + timedelta(days=offset) for offset in range(step)] for start in starts]
    bars = [
        Bar(span[0].isoformat(), sum(counts.get(day.isoformat(), 0) for day in span))
        for span in spans
    ]
    return _with_ticks(bars, lambda bar: bar.label[5:])


def hour_bars(summary: Mapping[str, Any]) -> list[Bar]:
    """Return a bar for every hour of the day."""
    return [
        Bar(f"{hour:02d}–{hour + 1:02d}", int(count), f"{hour:02d}" if hour % 3 == 0 else "")
        for hour, count in enumerate(summary["hours"])
    ]


def busiest_hour(summary: Mapping[str, Any]) -> int | None:
    """Return the hour in which most sheets were begun, None without any."""
    hours = list(summary["hours"])
    return hours.index(max(hours)) if any(hours) else None


def _with_ticks(bars: list[Bar], words: Any) -> list[Bar]:
    every = max(1, len(bars) // _TICKS)
    return [
        Bar(bar.label, bar.count, words(bar) if position % every == 0 else "")
        for position, bar in enumerate(bars)
    ]
