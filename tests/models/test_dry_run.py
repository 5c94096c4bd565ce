"""What a command would cost must be what its own steps took, and in words that say how long."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from models import dry_run
from models.dry_run import Cost, cost_of, duration, megabytes, pace, seconds_a_step, seconds_of
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    found = FakeClock()
    monkeypatch.setattr(dry_run, "time", SimpleNamespace(monotonic=found))
    return found


def test_seconds_a_step_leaves_out_the_first_and_takes_few(clock: FakeClock) -> None:
    took = iter((60.0, 2.0, 2.0, 2.0, 2.0, 2.0))
    assert seconds_a_step(lambda: clock.advance(next(took))) == pytest.approx(2.0)
    assert not list(took)


def test_seconds_a_step_of_long_ones_is_that_of_one(clock: FakeClock) -> None:
    took = iter((60.0, 50.0))
    assert seconds_a_step(lambda: clock.advance(next(took))) == pytest.approx(50.0)


def test_seconds_of_is_how_long_it_took(clock: FakeClock) -> None:
    assert seconds_of(lambda: clock.advance(7.0)) == pytest.approx(7.0)


def test_cost_of_is_that_of_all_things(clock: FakeClock) -> None:
    cost = cost_of(lambda: clock.advance(2.0), 7200, "pictures", "a file of 3 MB", each=4)
    assert cost.seconds == pytest.approx(3600)
    assert cost.memory_mb > 10
    assert str(cost).startswith("about 1 h 00 min at 2 pictures/s; ")
    assert str(cost).endswith(" MB of memory; a file of 3 MB")


@pytest.mark.parametrize(("rate", "text"), [(0.123, "0.12"), (2.0, "2"), (123.4, "123")])
def test_pace_has_few_digits(rate: float, text: str) -> None:
    assert pace(rate, "heads") == f"{text} heads/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.1, "1 s"), (59, "59 s"), (61, "1 min"), (3599, "1 h 00 min"), (3900, "1 h 05 min")],
)
def test_duration_is_told_as_people_do(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("size", "text"), [(3_140_000, "3.1 MB"), (12_400, "12 kB")])
def test_megabytes_of_little_are_kilobytes(size: int, text: str) -> None:
    assert megabytes(size) == text


def test_cost_in_words_has_time_memory_and_files() -> None:
    words = str(Cost(120, "1.5 heads/s", 512.4, "about 3.0 MB -> heads"))
    assert words == "about 2 min at 1.5 heads/s; 512 MB of memory; about 3.0 MB -> heads"
