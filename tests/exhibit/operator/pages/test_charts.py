"""A chart leaves out no day and no hour, and adds nothing up twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from exhibit.operator.pages.charts import busiest_hour, day_bars, hour_bars

TODAY = date(2026, 3, 31)


def _summary(hours: dict[int, int], **days: int) -> dict[str, Any]:
    listed = [{"day": day.replace("_", "-")[1:], "sheets": n} for day, n in days.items()]
    return {"days": listed, "hours": [hours.get(hour, 0) for hour in range(24)]}


def test_day_bars_of_a_month_show_every_day_with_today_last() -> None:
    bars = day_bars(_summary({}, d2026_03_02=4, d2026_03_31=2, d2025_01_01=9), 30, TODAY)
    assert len(bars) == 30
    assert (bars[0].label, bars[0].count) == ("2026-03-02", 4)
    assert (bars[-1].label, bars[-1].count) == ("2026-03-31", 2)
    assert sum(bar.count for bar in bars) == 6
    assert bars[0].tick == "03-02"


def test_day_bars_of_a_year_are_weeks() -> None:
    bars = day_bars(_summary({}, d2026_03_30=1, d2026_03_31=2), 364, TODAY)
    assert len(bars) == 52
    assert bars[-1].count == 3


def test_hour_bars_and_the_busiest_hour() -> None:
    summary = _summary({11: 3, 14: 7})
    bars = hour_bars(summary)
    assert len(bars) == 24
    assert (bars[14].label, bars[14].count, busiest_hour(summary)) == ("14–15", 7, 14)


def test_busiest_hour_without_visits_is_none() -> None:
    assert busiest_hour(_summary({})) is None
