"""Visits are counted from ink; what happened is recorded without pictures and without secrets.

Spans visits, journal and what watches for them.
"""

from __future__ import annotations

import functools
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from exhibit.operator.access.roles import Role
from exhibit.operator.desk import Desk
from exhibit.operator.state import journal as journal_module
from exhibit.operator.state.journal import Journal
from exhibit.operator.state.visits import Glimpse, Visit, VisitCounter, Visits
from exhibit.operator.state.watch import Watch
from tests.exhibit.operator.conftest import PASSWORD, FakeTable
from tests.fakes.clock import FakeClock
from tests.fakes.odd_files import ODD_FILES, lay_odd_file

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _counted(moments: list[tuple[int, bool, float, float | None]]) -> list[Visit]:
    counter = VisitCounter()
    glimpses = (Glimpse(at, sheet, cover, ink, False) for at, sheet, cover, ink in moments)
    return [visit for glimpse in glimpses if (visit := counter.look(glimpse))]


def test_visits_a_drawing_that_is_taken_away_is_one_visit() -> None:
    blank = [(t, True, 0.0, 1.0) for t in range(5)]
    drawing = [(t, True, 0.01, float(t)) for t in range(5, 25)]
    resting = [(t, True, 0.01, 24.0) for t in range(25, 35)]
    gone = [(t, False, 0.0, 24.0) for t in range(35, 45)]
    (visit,) = _counted(blank + drawing + resting + gone)
    assert (visit.began, visit.ended, visit.drawing_s) == (5, 24, 20)


def test_visits_a_sheet_left_lying_ends_after_two_minutes() -> None:
    drawing = [(t, True, 0.01, float(t)) for t in range(1, 11)]
    left = [(t, True, 0.01, 10.0) for t in range(11, 200)]
    again = [(t, True, 0.02, float(t)) for t in range(200, 210)]
    gone = [(t, False, 0.0, 209.0) for t in range(210, 216)]
    visits = _counted(drawing + left + again + gone)
    assert [visit.began for visit in visits] == [2, 200]


def test_visits_a_speck_is_no_visit() -> None:
    moments = [(1, True, 0.0, None), (2, True, 0.0001, 2.0)]
    assert _counted(moments + [(t, True, 0.0, 2.0) for t in range(3, 200)]) == []


def test_visits_ink_that_was_there_at_the_start_is_no_drawing() -> None:
    assert _counted([(t, True, 0.02, 5.0) for t in range(200)]) == []


def test_visits_summary_counts_by_day_and_hour_and_leaves_simulated_out(tmp_path: Path) -> None:
    visits = Visits(tmp_path, lambda: NOON)
    visits.add(Visit(1000.0, 1090.0, 60.0, False), 1100.0)
    visits.add(Visit(1000.0, 1030.0, 30.0, False), 1100.0)
    visits.add(Visit(1000.0, 1030.0, 30.0, True), 1100.0)
    found = visits.summary(30, 0)
    assert found["days"] == [{"day": "2026-11-21", "sheets": 2, "drawing_min": 1.5}]
    assert found["hours"] == [0] * 11 + [2] + [0] * 12
    assert (found["sheets"], found["mean_drawing_s"], found["longest_s"]) == (2, 45.0, 90.0)
    assert visits.summary(30, 1)["sheets"] == 1
    assert len(list(visits.rows())) == 3


def test_visits_damaged_database_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "visits.sqlite").write_bytes(b"not a database at all" * 100)
    visits = Visits(tmp_path, lambda: NOON)
    visits.add(Visit(1.0, 9.0, 5.0, False), 10.0)
    assert "visits" in visits.fault
    assert visits.summary(30, 0)["sheets"] == 0
    # It is set aside and said, and the visits from now on are kept, for their user's eyes alone.
    (aside,) = tmp_path.glob("visits.refused-*.sqlite")
    assert aside.name in visits.damage
    visits.add(Visit(1.0, 9.0, 5.0, False), 10.0)
    assert (visits.fault, visits.summary(30, 0)["sheets"]) == ("", 1)
    assert (tmp_path / "visits.sqlite").stat().st_mode & 0o777 == 0o600


def test_visits_that_cannot_be_kept_are_known_before_the_first(tmp_path: Path) -> None:
    (tmp_path / "visits.sqlite").mkdir()
    visits = Visits(tmp_path, lambda: NOON)
    visits.try_out()
    assert "visits cannot be kept" in visits.fault
    (tmp_path / "visits.sqlite").rmdir()
    visits.try_out()
    assert (visits.fault, list(visits.rows())) == ("", [])
    visits.add(Visit(1.0, 9.0, 5.0, False), 10.0)
    visits.try_out()
    assert len(list(visits.rows())) == 1


def test_visits_csv_has_a_row_for_each(admin: TestClient, desk: Desk) -> None:
    desk.visits.add(Visit(1.0, 9.0, 5.0, False), 10.0)
    lines = admin.get("/api/v1/visits.csv").text.splitlines()
    assert lines[0] == "began_at,began_local,lasted_s,drawing_s,simulated"
    assert lines[1].endswith("8.0,5.0,0")


def test_watch_records_what_begins_and_ends_once(tmp_path: Path) -> None:
    clock, events = FakeClock(), Journal(tmp_path, "events")
    watch = Watch(events, clock)
    well: dict[str, Any] = {"state": "showing", "reasons": [], "processes": {}}
    lost = {
        "state": "fault",
        "reasons": [{"code": "camera_lost", "text": "no frame"}],
        "processes": {},
    }
    for state in (well, lost, lost, well, lost):
        watch.look(state)
    found = [(record["what"], record["text"]) for record in reversed(events.newest(99))]
    assert found == [
        ("state", "showing"),
        ("state", "fault"),
        ("fault", "no frame"),
        ("fault over", "no frame"),
    ]
    clock.advance(100)
    watch.look(well)
    watch.look(lost)
    assert len(events.newest(99)) > 4


def test_watch_records_a_process_that_ended(tmp_path: Path) -> None:
    events = Journal(tmp_path, "events")
    watch = Watch(events, FakeClock())
    for restarts in (0, 1):
        process = {"pid": 1, "restarts": restarts, "last_exit": "SIGKILL"}
        watch.look({"state": "idle", "reasons": [], "processes": {"engine": process}})
    assert events.newest(1)[0]["text"] == "engine ended (SIGKILL)"


def test_journal_outlives_a_restart_and_a_line_cut_by_a_power_cut(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "events", lambda: NOON)
    journal.add("fault", text="one")
    journal.add("state", text="two")
    file = tmp_path / "events-2026-11.jsonl"
    file.write_bytes(file.read_bytes() + b'{"at": "2026-1')
    again = Journal(tmp_path, "events", lambda: NOON)
    assert [record["text"] for record in again.newest(9)] == ["two", "one"]
    assert [record["text"] for record in again.newest(9, kind="fault")] == ["one"]
    assert [record["text"] for record in again.newest(9, text="TWO")] == ["two"]
    again.add("state", text="three")
    third = Journal(tmp_path, "events", lambda: NOON)
    assert [record["text"] for record in third.newest(9)] == ["three", "two", "one"]


@pytest.mark.parametrize(
    "line", ['{"at": null, "what": "x"}', '{"at": 3, "what": "x"}', '{"what": "x"}', "[]", "null"]
)
def test_journal_leaves_out_lines_that_are_no_records(tmp_path: Path, line: str) -> None:
    Journal(tmp_path, "events", lambda: NOON).add("fault", text="one")
    file = tmp_path / "events-2026-11.jsonl"
    file.write_text(f"{line}\n{file.read_text()}{line}\n")
    records = Journal(tmp_path, "events", lambda: NOON).newest(9)
    assert [record["text"] for record in records] == ["one"]


def test_journal_after_a_clock_that_was_wrong_knows_what_came_since(tmp_path: Path) -> None:
    for year in (2086, 2096):
        ahead = Journal(tmp_path, "events", functools.partial(NOON.replace, year))
        ahead.add("fault", text="ahead")
    Journal(tmp_path, "events", lambda: NOON).add("fault", text="now")
    texts = [r["text"] for r in Journal(tmp_path, "events", lambda: NOON).newest(9)]
    assert texts == ["now", "ahead"]
    before = NOON.replace(year=1970)
    assert Journal(tmp_path, "events", lambda: before).newest(1)[0]["text"] == "ahead"


@pytest.mark.parametrize("kind", ODD_FILES)
def test_journal_reads_what_it_can_and_names_the_rest(tmp_path: Path, kind: str) -> None:
    Journal(tmp_path, "events", lambda: NOON).add("fault", text="one")
    odd = tmp_path / "events-2026-10.jsonl"
    lay_odd_file(odd, kind)
    journal = Journal(tmp_path, "events", lambda: NOON)
    assert journal.newest(9)[0]["text"] == "one"
    assert ODD_FILES[kind] in journal.fault
    assert odd.name in journal.fault
    assert [json.loads(line)["text"] for line in journal.lines()] == ["one"]


def test_journal_says_when_a_month_has_as_much_as_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_LARGEST_BYTES", 10)
    journal = Journal(tmp_path, "events", lambda: NOON)
    for text in ("one", "two"):
        journal.add("fault", text=text)
    assert "events-2026-11.jsonl has its" in journal.fault
    assert journal.newest(1)[0]["text"] == "two"
    assert "two" not in (tmp_path / "events-2026-11.jsonl").read_text()


def test_journal_is_only_ever_appended_to(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "audit", lambda: NOON)
    sizes = []
    for number in range(5):
        journal.add("settings", by=f"kim {number}")
        sizes.append((tmp_path / "audit-2026-11.jsonl").stat().st_size)
    assert sizes == sorted(set(sizes))
    assert "kim 0" in (tmp_path / "audit-2026-11.jsonl").read_text()


def test_journal_on_a_folder_that_cannot_be_written_keeps_the_latest(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    journal = Journal(tmp_path / "log", "events")
    journal.add("fault", text="one")
    assert journal.fault
    assert journal.newest(1)[0]["text"] == "one"


def test_diagnostics_hold_no_frames_and_no_secrets(
    table: FakeTable, admin: TestClient, desk: Desk
) -> None:
    secret = desk.accounts.add_token("phone", Role.ADMIN)
    desk.shown_password = "kmnpq-rstuv-wxyz2-34567"
    desk.events.add("fault", text=f"somebody wrote {secret} into a message")
    archive = zipfile.ZipFile(io.BytesIO(admin.get("/api/v1/diagnostics.zip").content))
    names = archive.namelist()
    assert {"state.json", "settings.json", "events.json"} <= set(names)
    assert not [name for name in names if not name.endswith((".json", ".yaml"))]
    text = "".join(archive.read(name).decode() for name in names)
    access = json.loads((desk.state_dir / "operator" / "access.json").read_text())
    for hidden in (secret, PASSWORD, desk.shown_password, access["password"]):
        assert hidden not in text
    assert admin.cookies["__Host-tracing-table"] not in text


def test_log_and_audit_hold_no_secrets(admin: TestClient, desk: Desk) -> None:
    admin.post("/api/v1/tokens", json={"name": "phone", "role": "viewer"})
    admin.post("/api/v1/login", json={"password": "a wrong password of somebody"})
    kept = "".join(file.read_text() for file in desk.state_dir.rglob("*.jsonl"))
    assert "token made" in kept
    for hidden in (PASSWORD, "a wrong password", "tt_", admin.cookies["__Host-tracing-table"]):
        assert hidden not in kept


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "kind=" + "x" * 41])
def test_log_unreasonable_query_is_refused(admin: TestClient, query: str) -> None:
    assert admin.get(f"/api/v1/log?{query}").status_code == 422
