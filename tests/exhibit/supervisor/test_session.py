"""A process that starts again must come up with the settings of now, not of the morning."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exhibit.contract.board import read_status, send_command, write_status
from exhibit.contract.settings.file import load_config
from exhibit.contract.settings.schema import Config
from exhibit.supervisor.processes import ProcessSpec
from exhibit.supervisor.run_folder import CONFIG_NAME
from exhibit.supervisor.session import Session
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
    session = Session(tmp_path, Config(), TABLE, lambda _: None)
    yield session
    session.close()


def _run_until(session: Session, condition: Callable[[], object]) -> None:
    assert session.run(Until(condition), seconds=PATIENCE_S) == 0
    assert condition()


def _kept(folder: Path) -> Config:
    return load_config(folder / CONFIG_NAME)


def test_session_good_settings_are_kept_for_the_next_start(
    session: Session, tmp_path: Path
) -> None:
    send_command(tmp_path, "supervisor", {"do": "settings", "overrides": {"ink": {"settle_ms": 9}}})
    _run_until(session, lambda: _kept(tmp_path).ink.settle_ms == 9)


@pytest.mark.parametrize(
    "overrides", [{"ink": {"settle_ms": -1}}, {"model": {"bundle": "/nowhere"}}, {"no": {}}]
)
def test_session_bad_settings_are_dropped(
    session: Session, tmp_path: Path, overrides: dict[str, object]
) -> None:
    send_command(tmp_path, "supervisor", {"do": "settings", "overrides": overrides})
    good = {"do": "settings", "overrides": {"stage": {"fps": 25}}}
    send_command(tmp_path, "supervisor", good)
    _run_until(session, lambda: _kept(tmp_path).stage.fps == 25)
    assert _kept(tmp_path).ink == Config().ink
    assert _kept(tmp_path).model == Config().model


def test_session_camera_that_auto_found_is_kept(session: Session, tmp_path: Path) -> None:
    write_status(tmp_path, "engine", {"camera_source": "/dev/v4l/by-id/x-index0"})
    _run_until(session, lambda: _kept(tmp_path).camera.source == "/dev/v4l/by-id/x-index0")


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
    _run_until(session, lambda: read_status(tmp_path, "supervisor"))
    said = [
        record.getMessage() for record in caplog.records if str(tmp_path) in record.getMessage()
    ]
    assert [line.partition(": ")[2] for line in said] == [
        "no room; the table goes on, and cannot say how it is",
        "there is room again",
    ]


def test_session_asked_to_restart_a_process_starts_another_one(
    session: Session, tmp_path: Path
) -> None:
    def status() -> dict[str, dict[str, object]]:
        processes = read_status(tmp_path, "supervisor").get("processes", {})
        return dict(processes)

    _run_until(session, lambda: status().get("stage", {}).get("pid"))
    first = status()["stage"]["pid"]
    # An essential process that ends by itself ends the table; one that was asked to does not.
    send_command(tmp_path, "supervisor", {"do": "restart", "name": "stage"})
    _run_until(session, lambda: status()["stage"]["pid"] not in (None, first))
