"""Run folders are private, and must not pile up in memory."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from exhibit.contract.board import RUN_PREFIX
from exhibit.supervisor import run_folder as module
from exhibit.supervisor.run_folder import run_folder

NOBODY = 2**22 + 1  # above the largest process id


def test_run_folder_is_private_and_goes_away() -> None:
    with run_folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@pytest.mark.parametrize(
    ("free_mb", "expected"),
    [((500, 500), "memory"), ((1, 500), "disk"), ((1, 2), "disk"), ((2, 1), "memory")],
)
def test_memory_folder_without_room_is_left_for_the_disk(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free_mb: tuple[int, int],
    expected: str,
) -> None:
    free = {}
    for name, megabytes in zip(("memory", "disk"), free_mb, strict=True):
        (tmp_path / name).mkdir()
        free[tmp_path / name] = SimpleNamespace(free=megabytes * 1_000_000)
    monkeypatch.setattr(module, "SHARED_MEMORY", tmp_path / "memory")
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "disk"))
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: free[folder])
    assert module.memory_folder().name == expected


def test_run_folder_removes_what_a_killed_table_left_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "memory_folder", lambda: tmp_path)
    left, running = tmp_path / f"{RUN_PREFIX}{NOBODY}-a", tmp_path / f"{RUN_PREFIX}{os.getpid()}-b"
    other = tmp_path / "tracing-table-notes"
    for folder in (left, running, other):
        folder.mkdir()
    with run_folder():
        assert (left.exists(), running.exists(), other.exists()) == (False, True, True)
