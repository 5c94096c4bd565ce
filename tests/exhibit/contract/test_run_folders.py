"""A page, a monitor and an update must find the table that runs, and no other."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from exhibit.contract import run_folders as module
from exhibit.contract.board import RUN_PREFIX, write_status
from exhibit.contract.run_folders import running_tables, table_of
from exhibit.contract.settings.published import Published, publish
from exhibit.contract.settings.schema import Config

NOBODY = 2**22 + 1  # above the largest process id


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "SHARED_MEMORY", tmp_path)
    monkeypatch.setattr(module.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def _table(memory: Path, name: str, began_at: float, owner: int = os.getpid()) -> Path:
    folder = memory / f"{RUN_PREFIX}{owner}-{name}"
    folder.mkdir()
    config = Config(state_dir=memory / name)
    publish(folder, Published(1, config, config))
    write_status(folder, "supervisor", {"began_at": began_at})
    return folder


def test_running_tables_are_those_whose_supervisor_lives_the_newest_first(memory: Path) -> None:
    old, new = _table(memory, "old", 10.0), _table(memory, "new", 20.0)
    _table(memory, "dead", 30.0, NOBODY)
    (memory / f"{RUN_PREFIX}{os.getpid()}-alone").mkdir()  # a page's own, without a table
    (memory / "tracing-table-notes").mkdir()
    assert running_tables() == [new, old]


def test_table_of_a_state_folder_is_found_among_others(memory: Path) -> None:
    mine = _table(memory, "mine", 10.0)
    _table(memory, "theirs", 20.0)
    assert table_of(memory / "mine") == mine
    assert table_of(memory / "nobody's") is None


def test_table_of_a_relative_state_folder_is_nobodys(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _table(memory, "mine", 10.0)
    publish(folder, Published(1, Config(), Config()))
    monkeypatch.chdir(memory)
    assert table_of(memory / "state") is None


def test_table_that_cannot_be_read_is_none_of_ours(memory: Path) -> None:
    folder = _table(memory, "mine", 10.0)
    (folder / "settings.json").write_text("{")
    assert table_of(memory / "mine") is None
    (folder / "supervisor.status.json").write_text("[]")
    assert running_tables() == []
