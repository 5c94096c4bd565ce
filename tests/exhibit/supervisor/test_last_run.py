"""A table that was killed and came back within seconds must not keep it to itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from exhibit.supervisor import last_run
from exhibit.supervisor.last_run import RUNNING, begin_run, end_run


def _run_that_was_killed(state_dir: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    gone = subprocess.Popen(["true"])
    gone.wait()
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: gone.pid)
        begin_run(state_dir)
    return gone.pid


def test_begin_run_after_one_that_was_killed_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = _run_that_was_killed(tmp_path, monkeypatch)
    told = begin_run(tmp_path)
    assert told == f"the supervisor (process {pid}) was killed, and the table was started again"
    end_run(tmp_path)
    assert begin_run(tmp_path) == ""


def test_begin_run_of_the_same_number_was_killed_too(tmp_path: Path) -> None:
    """In a container the table is always process 1."""
    begin_run(tmp_path)
    assert "was killed" in begin_run(tmp_path)


def test_begin_run_after_the_machine_went_off_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_run(tmp_path)
    monkeypatch.setattr(last_run, "_boot", lambda: "another")
    told = begin_run(tmp_path)
    assert told == "the machine went off while the table ran, and was started again"


def test_begin_run_beside_one_that_runs_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = subprocess.Popen(["sleep", "60"])
    try:
        with monkeypatch.context() as patched:
            patched.setattr(os, "getpid", lambda: other.pid)
            begin_run(tmp_path)
        assert begin_run(tmp_path) == ""
    finally:
        other.kill()
        other.wait()


def test_begin_run_after_one_that_gave_up_says_why(tmp_path: Path) -> None:
    begin_run(tmp_path)
    end_run(tmp_path, "stage ended too often (SIGKILL)")
    told = begin_run(tmp_path)
    assert told == "the table ended and was started again: stage ended too often (SIGKILL)"


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"pid": "x"}', b'{"boot": 3}', b"{"])
def test_begin_run_with_a_damaged_note_starts(tmp_path: Path, content: bytes) -> None:
    (tmp_path / RUNNING).write_bytes(content)
    begin_run(tmp_path)
    end_run(tmp_path)
    assert not (tmp_path / RUNNING).exists()


def test_begin_run_on_a_disk_that_cannot_be_written_starts(tmp_path: Path) -> None:
    (tmp_path / RUNNING).mkdir()
    assert begin_run(tmp_path) == ""
    end_run(tmp_path, "x")
    end_run(tmp_path)
