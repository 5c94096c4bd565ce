"""Opening hours are written by people, and hold on the right days and past midnight."""

from __future__ import annotations

from datetime import datetime

import pytest

from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.file import apply_overrides
from exhibit.contract.settings.hours import is_open
from exhibit.contract.settings.schema import Config

MONDAY, TUESDAY, SATURDAY, SUNDAY = 2, 3, 7, 8


def _at(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{day:02} {clock}")


@pytest.mark.parametrize(
    ("hours", "day", "clock", "expected"),
    [
        ((), MONDAY, "03:00", True),
        (("10:00-17:00",), MONDAY, "10:00", True),
        (("10:00-17:00",), MONDAY, "17:00", False),
        (("tue-sun 10:00-17:00",), MONDAY, "12:00", False),
        (("tue-sun 10:00-17:00",), SUNDAY, "12:00", True),
        (("sat-mon 10:00-17:00",), MONDAY, "12:00", True),
        (("sat-mon 10:00-17:00",), TUESDAY, "12:00", False),
        (("sat 20:00-02:00",), SUNDAY, "01:59", True),
        (("sat 20:00-02:00",), SATURDAY, "01:00", False),
        (("Sun 20:00-02:00",), MONDAY, "01:00", True),
        (("10:00-10:00",), MONDAY, "03:00", True),
        (("10:00-24:00",), MONDAY, "23:59", True),
        (("10:00-12:00", "sat 13:00-14:00"), SATURDAY, "13:30", True),
    ],
)
def test_hours_hold_on_their_days(
    hours: tuple[str, ...], day: int, clock: str, expected: bool
) -> None:
    assert is_open(hours, _at(day, clock)) is expected


@pytest.mark.parametrize("text", ["", "10-17", "25:00-26:00", "someday 10:00-17:00", "9:00-17:00"])
def test_hours_that_cannot_be_read_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="tue-sun 10:00-17:00"):
        apply_overrides(Config(), {"sound": {"hours": [text]}})
