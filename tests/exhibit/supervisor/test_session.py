"""A process that starts again must come up with the settings of now, not of the morning."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exhibit.contract.board import read_status, send_command, write_status
from exhibit.contract.errors import InputError
from exhibit.contract.settings.published import Published, read_published
from exhibit.contract.settings.safe_mode import safe_mode_reason
from exhibit.contract.settings.schema import Config, ModelConfig, SupervisorConfig
from exhibit.contract.table_state import TableState
from exhibit.supervisor import run_folder
from exhibit.supervisor import session as module
from exhibit.supervisor.last_run import begin_run
from exhibit.supervisor.processes import ProcessSpec
from exhibit.supervisor.session import Session, run_table
from tests.patience import PATIENCE_S

TABLE = tuple(
    ProcessSpec(name, "tests.fakes.child", (name, "steady"), essential=name == "stage")
    for name in ("stage", "engine")
)


class Until(threading.Event):
    """Set once a condition holds, so that a session ends by itself."""

    def __init__(self, condition: Callable[[], object]) -> None:
        super().__init__()
        self._condition = condition

    def is_set(self) -> bool:
        return bool(self._condition())


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path, Published(1, Config(), Config()), TABLE, lambda _: None)
    yield session
    session.close()


def _run_until(session: Session, condition: Callable[[], object]) -> None:
    assert session.run(Until(condition), seconds=PATIENCE_S) == 0
    assert condition()


def _pid(folder: Path, name: str) -> object:
    processes = read_status(folder, "supervisor").get("processes", {})
    return processes.get(name, {}).get("pid")


def test_session_publishes_the_settings_it_begins_with(session: Session, tmp_path: Path) -> None:
    assert read_published(tmp_path).config == Config()


def test_session_process_whose_settings_need_a_start_is_started_again(
    session: Session, tmp_path: Path
) -> None:
    _run_until(session, lambda: _pid(tmp_path, "stage"))
    first, engine = _pid(tmp_path, "stage"), _pid(tmp_path, "engine")
    write_status(tmp_path, "stage", {"generation": 1, "outdated": True})
    _run_until(session, lambda: _pid(tmp_path, "stage") not in (None, first))
    assert _pid(tmp_path, "engine") == engine


def test_session_without_room_in_memory_goes_on_and_says_so_once(
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    looks = 0

    def no_room(*_: object, **__: object) -> int:
        nonlocal looks
        looks += 1
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", no_room)
        _run_until(session, lambda: looks >= 3)
    _run_until(session, lambda: read_status(tmp_path, "supervisor").get("notices"))
    said = [
        message
        for message in (record.getMessage() for record in caplog.records)
        if str(tmp_path.parent) in message
    ]
    assert [line.partition(": ")[2] for line in said] == [
        "no room; the table goes on, and cannot say how it is",
        "there was no room in memory",
    ]
    assert read_status(tmp_path, "supervisor")["notices"] == [
        {"code": "memory_was_full", "text": f"{tmp_path.parent}: there was no room in memory"}
    ]


def test_session_asked_to_restart_a_process_starts_another_one(
    session: Session, tmp_path: Path
) -> None:
    _run_until(session, lambda: _pid(tmp_path, "stage"))
    first = _pid(tmp_path, "stage")
    # An essential process that ends by itself ends the table; one that was asked to does not.
    send_command(tmp_path, "supervisor", {"do": "restart", "name": "stage"})
    _run_until(session, lambda: _pid(tmp_path, "stage") not in (None, first))


def test_session_engine_that_crashes_again_and_again_leads_to_safe_mode(tmp_path: Path) -> None:
    """Without a page the supervisor publishes what is safe by itself; leaving it is one file."""
    run_dir, state_dir = tmp_path / "run", tmp_path / "state"
    run_dir.mkdir()
    table = (
        ProcessSpec("stage", "tests.fakes.child", ("stage", "steady"), essential=True),
        ProcessSpec("engine", "tests.fakes.child", ("engine", "crash"), answers=True),
    )
    quick = SupervisorConfig(backoff_min_s=0.05, backoff_max_s=0.1)
    config = Config(state_dir=state_dir, supervisor=quick, model=ModelConfig(psi=0.2))
    session = Session(run_dir, Published(1, config, config), table, lambda _: None)
    try:
        _run_until(session, lambda: safe_mode_reason(state_dir))
        assert "engine ended 6 times in a row" in (safe_mode_reason(state_dir) or "")
        published = read_published(run_dir)
        assert (published.generation, published.config.model.psi) == (2, 1.0)
        assert published.config.model.providers == ("cpu",)
    finally:
        session.close()


def test_session_without_room_for_its_settings_does_not_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "publish", lambda *_: False)
    with pytest.raises(InputError, match="no room in memory"):
        Session(tmp_path, Published(1, Config(), Config()), TABLE, lambda _: None)


def test_run_table_report_on_a_full_disk_is_one_line_and_ends_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder, "memory_folder", lambda: tmp_path)
    config = Config(state_dir=tmp_path.with_name("state"))
    settings = Published(1, config, config)
    monkeypatch.setattr(Session, "report", lambda _: {})
    with pytest.raises(InputError, match=r"--report /dev/full: not written: No space left"):
        run_table(settings, TABLE, threading.Event(), 0.1, Path("/dev/full"), lambda _: None)
    assert list(tmp_path.iterdir()) == []


def _run_once(state_dir: Path, table: tuple[ProcessSpec, ...]) -> int:
    quick = SupervisorConfig(backoff_min_s=0.05, backoff_max_s=0.1, restart_budget=1)
    config = Config(state_dir=state_dir, supervisor=quick)
    stopping = Until(lambda: not table)
    return run_table(
        Published(1, config, config), table, stopping, PATIENCE_S, None, lambda _: None
    )


def test_run_table_after_one_that_was_killed_or_gave_up_tells_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A supervisor that is killed takes all others with it, and only the next one can say so."""
    (tmp_path / "run").mkdir()
    monkeypatch.setattr(run_folder, "memory_folder", lambda: tmp_path / "run")
    told: list[str] = []
    monkeypatch.setattr(Session, "tell", lambda _, code, text: told.append(text) if text else None)
    state = tmp_path / "state"
    begin_run(state)  # and never ends
    assert _run_once(state, ()) == 0
    assert _run_once(state, ()) == 0
    crashing = ProcessSpec("stage", "tests.fakes.child", ("stage", "crash"), essential=True)
    assert _run_once(state, (crashing,)) == 1
    assert _run_once(state, ()) == 0
    assert [text.partition(": ")[2] or text for text in told] == [
        f"the supervisor (process {os.getpid()}) was killed, and the table was started again",
        "stage ended too often (exit code 3)",
    ]


def test_session_tells_of_what_is_over_as_a_reason_and_not_for_ever(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.tell("table_ended", "the supervisor (process 7) was killed")
    session.tell("table_ended", "")
    _run_until(session, lambda: read_status(tmp_path, "supervisor"))
    wanted = {"code": "table_ended", "text": "the supervisor (process 7) was killed"}
    assert TableState(tmp_path).look()["reasons"][-1] == wanted
    later = time.monotonic() + 3600
    with monkeypatch.context() as patched:
        patched.setattr(module.time, "monotonic", lambda: later)
        session._look()
    assert read_status(tmp_path, "supervisor")["notices"] == []
