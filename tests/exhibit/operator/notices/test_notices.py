"""Once a week the table says that it lives; a test says at once whether notices would get out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from exhibit.contract.settings.notices import NoticesConfig
from exhibit.operator.desk import Desk
from exhibit.operator.notices.notices import Notices
from exhibit.operator.notices.teller import Teller
from tests.exhibit.operator.notices.test_teller import FakeChannel
from tests.fakes.clock import FakeClock

DAY_S = 86400.0


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


def _notices(
    folder: Path, channel: FakeChannel, clock: FakeClock, wall: FakeClock, **config: bool
) -> Notices:
    return Notices(NoticesConfig(**config), folder, clock, wall, [channel])  # type: ignore[arg-type]


def _go(notices: Notices, clock: FakeClock, wall: FakeClock, days: float) -> None:
    for _ in range(round(days * 24)):
        asyncio.run(notices.step(lambda: "all is well"))
        clock.advance(3600.0)
        wall.advance(3600.0)


def test_notices_give_a_sign_of_life_once_a_week_also_after_a_restart(
    tmp_path: Path, channel: FakeChannel, clock: FakeClock
) -> None:
    wall = FakeClock(1.8e9)
    _go(_notices(tmp_path, channel, clock, wall), clock, wall, 4)
    assert channel.got == []
    _go(_notices(tmp_path, channel, clock, wall), clock, wall, 4)
    assert [notice.subject for notice in channel.got] == ["a sign of life"]
    _go(_notices(tmp_path, channel, clock, wall), clock, wall, 8)
    assert len(channel.got) == 2


def test_notices_sign_of_life_is_tried_again_and_can_be_turned_off(
    tmp_path: Path, channel: FakeChannel, clock: FakeClock
) -> None:
    wall = FakeClock(1.8e9)
    notices = _notices(tmp_path, channel, clock, wall)
    _go(notices, clock, wall, 1)
    channel.refuses = True
    _go(notices, clock, wall, 7)
    channel.refuses = False
    _go(notices, clock, wall, 1)
    assert len(channel.got) == 1
    off = _notices(tmp_path, channel, clock, wall, sign_of_life=False)
    _go(off, clock, wall, 15)
    assert len(channel.got) == 1


def test_notices_hear_of_faults_from_the_journal_and_say_when_they_do_not_get_out(
    desk: Desk, channel: FakeChannel, clock: FakeClock
) -> None:
    channel.refuses = True
    desk.notices.tellers = [Teller(channel, 900.0, clock)]
    desk.events.add("fault", text="the camera is lost")
    clock.advance(30.0)
    asyncio.run(desk.notices.step(lambda: ""))
    assert desk.notices.faults == ("mail through nowhere: no",)
    channel.refuses = False
    clock.advance(60.0)
    asyncio.run(desk.notices.step(lambda: ""))
    assert "the camera is lost" in channel.got[0].subject
    assert desk.notices.faults == ()


def test_notices_test_is_sent_by_every_channel_and_says_how_it_went(
    admin: TestClient, desk: Desk, channel: FakeChannel
) -> None:
    assert admin.post("/api/v1/notices/test").status_code == 409
    desk.notices.tellers = [Teller(channel, 900.0)]
    answer = admin.post("/api/v1/notices/test")
    assert answer.json() == [{"channel": channel.name, "fault": None}]
    assert channel.got[0].subject == "a test"
    channel.refuses = True
    assert admin.post("/api/v1/notices/test").json()[0]["fault"] == "mail through nowhere: no"
