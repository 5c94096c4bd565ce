"""What the page shows must be true, and whoever watches must cost the table nothing.

Spans the live picture, from slot to browser.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from exhibit.contract.board import CommandInbox, Heart
from exhibit.contract.slot import Slot
from exhibit.contract.taking_home import PROCESS, who_asks
from exhibit.operator.access.roles import Role
from exhibit.operator.api import streaming
from exhibit.operator.api.live import _parts
from exhibit.operator.api.streaming import LiveResponse
from exhibit.operator.desk import Desk
from exhibit.operator.hub import MOST_LISTENERS, Hub
from exhibit.operator.pictures import MOST_STREAMS, Pictures
from tests.exhibit.operator.conftest import FakeTable
from tests.fakes.clock import FakeClock
from tests.patience import PATIENCE_S


def test_state_all_well_is_showing(table: FakeTable, desk: Desk) -> None:
    state = desk.table.look()
    assert (state["state"], state["reasons"], state["fps"]) == ("showing", [], 60.0)


@pytest.mark.parametrize(
    ("process", "status", "word", "code"),
    [
        ("engine", {"state": "idle", "faults": []}, "idle", None),
        ("stage", {"state": "attract", "faults": []}, "idle", None),
        ("engine", {"state": "degraded", "faults": ["no frame"]}, "fault", "camera_lost"),
        ("engine", {"state": "showing", "faults": ["x"]}, "degraded", "engine_fault"),
        (
            "engine",
            {"state": "showing", "faults": ["bad bundle"], "refused": "bad bundle"},
            "showing",
            "engine_refused",
        ),
        ("stage", {"state": "picture", "faults": ["x"]}, "degraded", "stage_fault"),
        ("stage", {"state": "blank", "faults": []}, "showing", "stage_blank"),
        ("operator", {"faults": ["visits cannot be kept"]}, "degraded", "operator_fault"),
        ("web", {"faults": ["web.port: 8080 is taken"]}, "degraded", "web_fault"),
        ("supervisor", {"faults": ["ink.threshold: left out"]}, "degraded", "supervisor_fault"),
        (
            "engine",
            {"state": "showing", "provider": "cpu", "providers_left_out": ["cuda: none"]},
            "showing",
            "on_cpu",
        ),
    ],
)
def test_state_in_one_word_with_its_reason(
    table: FakeTable, desk: Desk, process: str, status: dict[str, Any], word: str, code: str | None
) -> None:
    table.say(process, **status)
    state = desk.table.look()
    assert state["state"] == word
    assert [reason["code"] for reason in state["reasons"]] == ([code] if code else [])


def test_state_silent_engine_is_a_fault_but_not_while_the_table_starts(
    table: FakeTable, desk: Desk, clock: FakeClock
) -> None:
    clock.advance(200)
    assert desk.table.look()["state"] == "fault"
    assert {r["code"] for r in desk.table.look()["reasons"]} == {"stage_silent", "engine_silent"}


def test_state_engine_that_dies_in_the_first_minute_is_told_with_its_last_words(
    table: FakeTable, desk: Desk, clock: FakeClock
) -> None:
    """Each restart of the page opened another blind minute."""
    process = {"pid": None, "restarts": 1, "last_exit": "exit code 2", "last_words": "Error: no"}
    clock.advance(4)
    Heart(desk.run_dir, "stage")._beat[0] = clock.now
    table.say("supervisor", began_at=clock.now - 5, processes={"engine": process, "stage": {}})
    state = desk.table.look()
    assert (state["state"], [r["text"] for r in state["reasons"]]) == (
        "fault",
        ["the engine shows no sign of life; it ended with exit code 2, Error: no"],
    )


@pytest.mark.parametrize("name", ["web", "operator", "supervisor"])
def test_state_other_processes_that_are_silent_are_told(
    table: FakeTable, desk: Desk, name: str
) -> None:
    processes = {
        each: {"pid": 1, "restarts": 0} for each in {"engine", "stage", name} - {"supervisor"}
    }
    table.say("supervisor", processes=processes)
    Heart(desk.run_dir, name)._beat[0] = 1e-9  # long ago
    state = desk.table.look()
    assert (state["state"], [r["code"] for r in state["reasons"]]) == (
        "degraded",
        [f"{name}_fault"],
    )


def test_state_before_any_process_has_said_anything_is_whole(desk: Desk) -> None:
    state = desk.table.look()
    assert state["state"] == "idle"
    assert state["engine"]["simulated"] is False
    assert state["stage"]["faults"] == []


def test_state_damaged_status_is_no_crash(table: FakeTable, desk: Desk) -> None:
    (desk.run_dir / "engine.status.json").write_text('{"state": "sho')
    assert desk.table.look()["engine"]["state"] == "starting"


def test_readyz_is_ready_while_visitors_see_a_working_table(
    table: FakeTable, admin: TestClient, clock: FakeClock
) -> None:
    assert admin.get("/readyz").status_code == 200
    table.say("engine", state="showing", faults=["the camera refuses its gain"])
    assert admin.get("/readyz").status_code == 200
    clock.advance(200)
    assert admin.get("/readyz").status_code == 503
    assert admin.get("/healthz").status_code == 200


@pytest.mark.parametrize("order", ["freeze", "blank"])
def test_orders_reach_the_stage(table: FakeTable, admin: TestClient, order: str) -> None:
    assert admin.post(f"/api/v1/{order}", json={"on": True}).status_code == 204
    assert table.told("stage") == [{"do": order, "on": True}]


def test_orders_without_a_stage_say_so(admin: TestClient) -> None:
    assert admin.post("/api/v1/freeze", json={"on": True}).status_code == 503


def test_take_home_is_refused_while_it_is_off_and_reaches_its_process_once_it_is_on(
    admin: TestClient, desk: Desk
) -> None:
    assert admin.post("/api/v1/takehome").status_code == 409
    assert admin.patch("/api/v1/settings", json={"takehome": {"enabled": True}}).status_code == 200
    assert admin.post("/api/v1/takehome").status_code == 503
    inbox = CommandInbox(desk.run_dir, PROCESS)
    assert admin.post("/api/v1/takehome").status_code == 202
    assert [who_asks(command) for command in inbox.drain()] == ["page"]
    assert desk.audit.newest(1, "", "")[0]["what"] == "take home"
    inbox.close()


def test_take_home_settings_of_place_and_amount_are_for_administrators(
    holder: Callable[[Role], TestClient],
) -> None:
    operator = holder(Role.OPERATOR)
    for section in ({"folder": "/tmp"}, {"printer": "shop"}, {"most_an_hour": 200}):
        assert operator.patch("/api/v1/settings", json={"takehome": section}).status_code == 403
    assert operator.patch("/api/v1/settings", json={"takehome": {"paper": "A4"}}).status_code == 200


def test_restart_reaches_the_supervisor_and_not_again_at_once(
    table: FakeTable, admin: TestClient
) -> None:
    assert admin.post("/api/v1/restart", json={"name": "all"}).status_code == 202
    assert [command["name"] for command in table.told("supervisor")] == ["engine", "stage"]
    assert admin.post("/api/v1/restart", json={"name": "engine"}).status_code == 429


def test_picture_is_the_newest_and_is_encoded_once(desk: Desk, clock: FakeClock) -> None:
    pictures = Pictures(desk.run_dir, clock)
    assert pictures.newest("ink") is None
    slot = Slot.create(desk.run_dir / "ink.slot", 64 * 64)
    slot.publish(1, 1.0, np.full((64, 64), 200, np.uint8))
    clock.advance(1)
    first = pictures.newest("ink")
    clock.advance(1)
    assert first is not None
    assert pictures.newest("ink") is first
    assert cv2.imdecode(np.frombuffer(first.jpeg, np.uint8), 0).mean() == pytest.approx(200, abs=2)
    slot.publish(2, 2.0, np.zeros((64, 64), np.uint8))
    clock.advance(1)
    assert pictures.newest("ink") is not first


def test_picture_goes_on_with_the_slot_of_an_engine_that_started_again(
    desk: Desk, clock: FakeClock
) -> None:
    pictures = Pictures(desk.run_dir, clock)
    for grey, size in ((10, 32), (240, 64)):
        slot = Slot.create(desk.run_dir / "picture.slot", size * size)
        slot.publish(1, 1.0, np.full((size, size), grey, np.uint8))
        clock.advance(1)
        newest = pictures.newest("picture")
        assert newest is not None
        shown = cv2.imdecode(np.frombuffer(newest.jpeg, np.uint8), 0)
        assert shown.shape == (size, size)
        assert shown.mean() == pytest.approx(grey, abs=2)


def test_picture_changed_wakes_all_who_wait_when_there_is_another(desk: Desk) -> None:
    slot = Slot.create(desk.run_dir / "ink.slot", 64 * 64)
    slot.publish(1, 1.0, np.full((64, 64), 200, np.uint8))
    pictures = Pictures(desk.run_dir)

    async def wait() -> list[int]:
        first = pictures.newest("ink")
        waiting = [asyncio.ensure_future(pictures.changed("ink", first)) for _ in range(3)]
        await asyncio.sleep(0)
        slot.publish(2, 2.0, np.zeros((64, 64), np.uint8))
        await asyncio.gather(*waiting)
        newest = pictures.newest("ink")
        assert first is not None
        assert newest is not None
        return [first.version, newest.version]

    assert asyncio.run(wait()) == [1, 2]


def test_picture_changed_waits_for_an_engine_that_starts_again(desk: Desk) -> None:
    slot = Slot.create(desk.run_dir / "ink.slot", 64 * 64)
    slot.publish(1, 1.0, np.full((64, 64), 200, np.uint8))
    pictures = Pictures(desk.run_dir)

    async def wait() -> None:
        sent = pictures.newest("ink")
        Slot.create(desk.run_dir / "ink.slot", 64 * 64)  # and nothing in it yet
        async with asyncio.timeout(0.2):
            while True:
                await pictures.changed("ink", sent)
                assert pictures.newest("ink") is None

    with pytest.raises(TimeoutError):
        asyncio.run(wait())


def test_stream_the_head_of_the_next_part_comes_with_a_picture(desk: Desk) -> None:
    slot = Slot.create(desk.run_dir / "ink.slot", 64 * 64)
    slot.publish(1, 1.0, np.full((64, 64), 200, np.uint8))

    async def first_two() -> list[bytes]:
        parts = _parts(desk, "ink")
        return [await anext(parts), await anext(parts)]

    head, picture = asyncio.run(first_two())
    assert head.endswith(b"\r\n\r\n")
    assert picture.startswith(b"\xff\xd8")
    assert picture.endswith(b"\r\n" + head)


def test_picture_wide_colour_is_made_small_and_keeps_its_colours(
    desk: Desk, clock: FakeClock
) -> None:
    slot = Slot.create(desk.run_dir / "composite.slot", 1600 * 1000 * 3)
    slot.publish(1, 1.0, np.full((1000, 1600, 3), (250, 120, 10), np.uint8))
    newest = Pictures(desk.run_dir, clock).newest("composite")
    assert newest is not None
    shown = cv2.imdecode(np.frombuffer(newest.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape[1] <= 720
    assert np.abs(shown[10, 10].astype(int) - (10, 120, 250)).max() < 8


def test_picture_known_already_is_not_sent_again(
    table: FakeTable, admin: TestClient, desk: Desk
) -> None:
    slot = Slot.create(desk.run_dir / "ink.slot", 64 * 64)
    slot.publish(1, 1.0, np.full((64, 64), 200, np.uint8))
    answer = admin.get("/api/v1/pictures/ink.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    tag = {"If-None-Match": answer.headers["etag"]}
    assert admin.get("/api/v1/pictures/ink.jpg", headers=tag).status_code == 304
    assert admin.get("/api/v1/pictures/secret.jpg").status_code == 422


def test_streams_are_bounded(admin: TestClient, desk: Desk) -> None:
    desk.pictures.streams = MOST_STREAMS
    assert admin.get("/api/v1/pictures/ink.mjpeg").status_code == 503
    for _ in range(MOST_LISTENERS):
        desk.hub.join()
    assert admin.get("/api/v1/events").status_code == 503


def test_hub_listener_that_does_not_read_is_dropped_and_the_others_are_not() -> None:
    async def listen() -> tuple[int, list[bytes]]:
        hub = Hub()
        slow, quick = hub.join(), hub.join()
        assert slow is not None
        assert quick is not None
        heard = []
        for number in range(100):
            hub.send("state", {"n": number})
            if not quick.queue.empty():
                heard.append(quick.queue.get_nowait())
        assert slow.gone
        assert slow.queue.qsize() < 100
        return hub.count, heard

    left, heard = asyncio.run(listen())
    assert left == 1
    assert len(heard) == 100
    assert heard[3] == b'event: state\ndata: {"n": 3}\n\n'


class _Leaving:
    def __init__(self) -> None:
        self.state = type("State", (), {"ending": asyncio.Event()})()


async def _chunks() -> AsyncIterator[bytes]:
    while True:
        yield b"picture"
        await asyncio.sleep(0)


def test_live_response_reader_that_takes_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "SEND_WITHIN_S", 0.01)
    ended = []

    async def stuck(message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def never_leaves() -> Any:
        await asyncio.Event().wait()

    async def respond() -> None:
        response = LiveResponse(_chunks(), "text/plain", lambda: ended.append(True))
        await response({"type": "http", "app": _Leaving()}, never_leaves, stuck)

    asyncio.run(asyncio.wait_for(respond(), PATIENCE_S))
    assert ended == [True]


@pytest.mark.parametrize("why", ["reader leaves", "page ends"])
def test_live_response_ends_when_nobody_reads_any_more(why: str) -> None:
    ended = []

    async def take(_: Any) -> None:
        await asyncio.sleep(0)

    async def respond() -> None:
        app, leave = _Leaving(), asyncio.Event()

        async def receive() -> Any:
            await leave.wait()
            return {"type": "http.disconnect"}

        response = LiveResponse(_chunks(), "text/plain", lambda: ended.append(True))
        answering = asyncio.create_task(response({"type": "http", "app": app}, receive, take))
        await asyncio.sleep(0)
        (leave if why == "reader leaves" else app.state.ending).set()
        await asyncio.wait_for(answering, PATIENCE_S)

    asyncio.run(respond())
    assert ended == [True]


def test_recent_is_the_last_five_minutes_whoever_looked(
    table: FakeTable, desk: Desk, admin: TestClient
) -> None:
    state = desk.table.look()
    for second in range(310):
        desk.recent.add({**state, "fps": float(second)}, {"temperature_c": None})
    told = admin.get("/api/v1/recent").json()
    assert told["fps"] == [float(second) for second in range(10, 310)]
    assert told["temperature"] == [None] * 300


def test_state_a_process_that_is_off_or_was_turned_on_just_now_is_no_fault(
    table: FakeTable, desk: Desk
) -> None:
    process = {"pid": 1, "restarts": 0}
    off = {"pid": None, "off": True, "restarts": 0}
    begins = {"pid": 2, "off": True, "restarts": 0}
    table.say("supervisor", processes={"engine": process, "sound": off, "takehome": begins})
    state = desk.table.look()
    assert (state["reasons"], state["sound"]["state"]) == ([], "off")
    assert desk.table.waiting_for(1) == ["engine", "takehome"]
