"""A fault is told soon and once, a flood of them as one notice, and none is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from exhibit.operator.notices.channels import Notice, NoticeError
from exhibit.operator.notices.teller import Teller, notice_of
from tests.fakes.clock import FakeClock

PAUSE_S = 900.0


class FakeChannel:
    """Takes notices, or refuses them."""

    name = "mail through nowhere"

    def __init__(self) -> None:
        self.got: list[Notice] = []
        self.refuses = False

    def send(self, notice: Notice) -> None:
        if self.refuses:
            raise NoticeError(f"{self.name}: no")
        self.got.append(notice)


def _record(what: str, text: str) -> dict[str, Any]:
    return {"at": "2026-11-28T23:15:00.000+00:00", "what": what, "text": text}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def teller(channel: FakeChannel, clock: FakeClock) -> Teller:
    return Teller(channel, PAUSE_S, clock)


def _go(teller: Teller, clock: FakeClock, seconds: float) -> None:
    for _ in range(round(seconds)):
        teller.send_due()
        clock.advance(1.0)


def test_teller_tells_a_fault_soon_and_its_end_with_it(
    teller: Teller, channel: FakeChannel, clock: FakeClock
) -> None:
    teller.hear(_record("fault", "the engine shows no sign of life"))
    teller.hear(_record("fault over", "the engine shows no sign of life"))
    _go(teller, clock, 30)
    (notice,) = channel.got
    assert "fault: the engine" in notice.text
    assert "over: the engine" in notice.text
    assert "nothing of it is left" in notice.text


def test_teller_tells_of_a_flood_in_one_notice_after_the_pause(
    teller: Teller, channel: FakeChannel, clock: FakeClock
) -> None:
    teller.hear(_record("fault", "first"))
    _go(teller, clock, 30)
    for number in range(150):
        teller.hear(_record("fault", f"number {number}"))
    _go(teller, clock, 600)
    assert len(channel.got) == 1
    _go(teller, clock, 600)
    assert len(channel.got) == 2
    assert len(channel.got[1].events) == 100
    assert "and 50 more" in channel.got[1].text
    _go(teller, clock, 2000)
    assert len(channel.got) == 2


def test_teller_that_is_refused_keeps_everything_and_tries_again(
    teller: Teller, channel: FakeChannel, clock: FakeClock
) -> None:
    channel.refuses = True
    teller.hear(_record("fault", "first"))
    _go(teller, clock, 60)
    assert teller.fault == "mail through nowhere: no"
    teller.hear(_record("fault", "second"))
    channel.refuses = False
    _go(teller, clock, 120)
    assert [event["text"] for event in channel.got[0].events] == ["first", "second"]
    assert teller.fault == ""


def test_teller_says_nothing_of_what_is_no_fault(
    teller: Teller, channel: FakeChannel, clock: FakeClock
) -> None:
    for what in ("sheet_in", "state", "scene", "restart"):
        teller.hear(_record(what, "x"))
    _go(teller, clock, 60)
    assert channel.got == []


def test_notice_names_first_what_still_stands() -> None:
    notice = notice_of(
        [
            _record("fault", "sound"),
            _record("fault", "camera lost"),
            _record("fault over", "sound"),
        ]
    )
    assert notice.subject == "fault: camera lost (and 2 more)"
    assert "still so" in notice.text
