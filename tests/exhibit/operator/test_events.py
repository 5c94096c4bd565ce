"""Whatever happens on the paper is told once, and nothing is lost when a process starts anew.

Spans what hears of the paper: desk, journal, OSC and pages.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pythonosc.osc_message_builder import build_msg

from exhibit.contract.board import write_status
from exhibit.contract.settings.schema import OscConfig
from exhibit.operator.desk import HEARD, Desk
from exhibit.operator.osc import Osc
from exhibit.operator.pages.texts import read_catalogue
from exhibit.operator.state.journal import Journal
from exhibit.operator.state.watch import KEPT_EVENTS, Watch
from tests.exhibit.operator.conftest import DeskMaker, FakeTable
from tests.fakes.clock import FakeClock
from tests.patience import PATIENCE_S


def _event(number: int, at: float, name: str, detail: str = "") -> dict[str, Any]:
    return {"number": number, "at": at, "name": name, "detail": detail}


FIRST = [_event(1, 10.0, "sheet_in"), _event(2, 10.0, "stroke_added", "3")]


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def watch(tmp_path: Path, heard: list[str]) -> Watch:
    watch = Watch(Journal(tmp_path, "events"), FakeClock(20.0))
    watch.listeners.append(lambda told: heard.append(f"{told['what']} {told['text']}".strip()))
    return watch


def test_watch_hears_every_event_once(watch: Watch, heard: list[str]) -> None:
    watch.hear(FIRST)
    watch.hear([*FIRST, _event(3, 12.0, "sheet_out")])
    watch.hear([])
    assert heard == ["sheet_in", "stroke_added 3", "sheet_out"]


def test_watch_engine_that_started_again_counts_from_one_and_is_heard(
    watch: Watch, heard: list[str]
) -> None:
    watch.hear([*FIRST, _event(3, 12.0, "sheet_out")])
    watch.hear([_event(1, 15.0, "sheet_in")])
    assert heard[-2:] == ["sheet_out", "sheet_in"]


def test_watch_keeps_sheets_and_only_tells_of_strokes(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "events")
    Watch(journal, FakeClock(20.0)).hear([*FIRST, _event(3, 11.0, "sheet_lifted")])
    assert [record["what"] for record in journal.newest(9)] == ["sheet_in"]


def test_watch_keeps_every_sheet_of_a_busy_hour_but_not_one_that_flutters(tmp_path: Path) -> None:
    clock, journal = FakeClock(20.0), Journal(tmp_path, "events")
    watch = Watch(journal, clock)
    for number in range(1, 1001):
        watch.hear(
            [_event(number, clock(), "sheet_in"), _event(number, clock() + 0.1, "sheet_out")]
        )
        clock.advance(1)
        if number == 30:
            assert len(journal.newest(500, "sheet")) == 60
    assert len(journal.newest(500, "sheet")) == 120
    clock.advance(3600)
    watch.hear([_event(1001, clock(), "sheet_in")])
    assert len(journal.newest(500, "sheet")) == 121


def test_page_that_started_again_tells_nothing_twice(
    table: FakeTable, clock: FakeClock, make_desk: DeskMaker
) -> None:
    write_status(table.run_dir, HEARD, {"at": 10.0, "number": 1})
    told: list[str] = []
    desk = make_desk()
    desk.watch.listeners.append(lambda event: told.append(event["what"]))
    table.say("engine", state="showing", events=FIRST)
    desk.watch.hear(desk.table.happened())
    assert told == ["stroke_added"]


@pytest.mark.parametrize(
    ("code", "where", "advice"),
    [
        ("object_left", "row 1 of 3, column 4 of 4", "Take it away from the paper"),
        ("light_dead", "row 1 of 3, column 4 of 4", "Replace the row of lights"),
        ("pictures_slow", "1.6 s", "Look what else runs on the table"),
    ],
)
def test_what_the_engine_noticed_is_a_reason_with_advice_and_no_fault(
    table: FakeTable, desk: Desk, admin: TestClient, code: str, where: str, advice: str
) -> None:
    notice = {"code": code, "where": where}
    table.say("engine", state="showing", notices=[notice], events=FIRST)
    state = admin.get("/api/v1/state").json()
    (reason,) = state["reasons"]
    assert (state["state"], reason["code"]) == ("showing", code)
    assert where in reason["text"]
    assert "events" not in state["engine"]
    assert advice in admin.get("/").text


def test_osc_tells_each_event_of_the_paper_once(desk: Desk, clock: FakeClock) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(PATIENCE_S)
        target = f"127.0.0.1:{ear.getsockname()[1]}"
        osc = Osc(desk, OscConfig(enabled=True, send_to=(target,)), clock)
        with osc.listening():
            desk.watch.hear(FIRST)
            desk.events.add("state", text="idle")
        heard = [ear.recv(2000) for _ in range(3)]
    assert heard == [
        build_msg("/tracing/event/sheet_in", "").dgram,
        build_msg("/tracing/event/stroke_added", "3").dgram,
        build_msg("/tracing/event/state", "idle").dgram,
    ]


def test_journal_busy_sheets_do_not_push_out_a_fault(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "events")
    journal.add("fault", text="no frame")
    for number in range(600):
        journal.add("sheet_in", text=str(number))
    for kept in (journal, Journal(tmp_path, "events")):
        assert [record["text"] for record in kept.newest(9, "fault")] == ["no frame"]
        assert [record["text"] for record in kept.newest(2)] == ["599", "598"]
        assert kept.kinds() == ["fault", "sheet_in"]


def test_log_names_what_happens_on_the_paper_in_the_readers_language(
    admin: TestClient, desk: Desk
) -> None:
    desk.events.add("sheet_in", text="")
    page = admin.get("/log", headers={"Accept-Language": "da"}).text
    assert "Et ark blev lagt på bordet" in page
    assert {f"happened.{name}" for name in KEPT_EVENTS} <= set(read_catalogue())
