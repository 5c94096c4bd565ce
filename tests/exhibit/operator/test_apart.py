"""A page that no supervisor starts must find its table, and never keep the one of yesterday."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from exhibit.contract.board import write_status
from exhibit.contract.notify import ServiceNotifier
from exhibit.operator import apart as module
from exhibit.operator.apart import Apart
from exhibit.operator.api import processes
from exhibit.operator.desk import Desk
from tests.exhibit.operator.conftest import FakeTable


class Heard(ServiceNotifier):
    """A service manager that counts."""

    def __init__(self) -> None:
        super().__init__({})
        self.count = 0

    def showing(self, now: float) -> None:
        """Take a sign of life."""
        self.count += 1


def _apart(desk: Desk, running: Path | None, said: list[str]) -> tuple[Apart, Heard]:
    heard = Heard()
    return Apart(desk, said.append, heard, find=lambda _: running), heard


def test_apart_says_each_line_once_and_is_ready_when_the_page_serves(desk: Desk) -> None:
    said: list[str] = []
    apart, heard = _apart(desk, desk.run_dir, said)
    assert not apart.look() and (said, heard.count) == ([], 0)
    write_status(desk.run_dir, "operator", {"console": ["operator's page: https://x"]})
    assert not apart.look() and not apart.look()
    assert (said, heard.count) == (["operator's page: https://x"], 2)


def test_apart_table_that_ends_leaves_the_page_and_another_one_starts_it_anew(
    desk: Desk, tmp_path: Path
) -> None:
    assert not _apart(desk, None, [])[0].look()
    assert _apart(desk, tmp_path / "next", [])[0].look()


def test_apart_setting_of_the_page_that_holds_from_a_start_starts_it_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart, _ = _apart(desk, desk.run_dir, [])
    monkeypatch.setattr(
        type(desk.settings.in_force), "status", lambda _: {"generation": 2, "outdated": True}
    )
    assert apart.look()


def test_apart_ends_the_process_in_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(module.signal, "raise_signal", sent.append)
    apart, _ = _apart(desk, desk.run_dir / "other", [])

    async def look_on() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(apart.look_on(), 0.05)

    asyncio.run(look_on())
    assert sent == [signal.SIGTERM]


def test_restart_of_a_page_that_is_apart_ends_it_once_it_has_answered(
    table: FakeTable, desk: Desk, admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(processes, "leave", lambda: ended.append("page"))
    monkeypatch.setattr(processes, "_ANSWERED_WITHIN_S", 0.0)
    desk.is_apart = True
    answer = admin.post("/api/v1/restart", json={"name": "operator"})
    assert (answer.status_code, answer.json()) == (202, {"restarted": ["operator"]})
    admin.get("/healthz")
    assert table.told("supervisor") == []


def test_page_that_is_apart_and_silent_is_told(table: FakeTable, desk: Desk) -> None:
    processes = {name: {"pid": 1, "restarts": 0} for name in ("engine", "stage")}
    table.say("supervisor", processes=processes, apart=["operator"])
    assert [reason["code"] for reason in desk.table.look()["reasons"]] == ["operator_fault"]
