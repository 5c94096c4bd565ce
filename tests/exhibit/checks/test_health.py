"""A table must not pass for well while a process is dead, nor for unwell for a visitor's sake."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from exhibit.checks import health as module
from exhibit.checks.health import look_at_table
from exhibit.cli import main
from exhibit.contract.board import RUN_PREFIX, Heart, write_status
from exhibit.contract.installed import INSTALLED_AT


class Table:
    """A table of three processes, as its run folder shows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in ("stage", "engine", "supervisor"):
            Heart(folder, name).beat()
        self.processes = {
            name: {"pid": 1, "restarts": 0, "last_exit": "", "last_words": ""}
            for name in ("stage", "engine")
        }
        self.supervise()
        self.say("engine", state="showing", pictures=3)

    def supervise(self) -> None:
        """Tell what the supervisor knows."""
        self.say("supervisor", processes=self.processes, installed_at=str(INSTALLED_AT))

    def say(self, name: str, **status: Any) -> None:
        """Let a process say something of itself."""
        write_status(self.folder, name, status)


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.setattr(module, "running_tables", lambda: [tmp_path / "gone", table.folder])
    table = Table(tmp_path / f"{RUN_PREFIX}{os.getpid()}-x")
    return table


def test_health_of_a_table_that_shows_is_well(table: Table) -> None:
    found = look_at_table()
    assert (found.is_well, found.life) == (True, f"{table.folder.name}/0")


def test_health_of_a_table_that_was_killed_before_and_shows_again_is_well(table: Table) -> None:
    """An update after a bad night must not be taken back for the night."""
    told = [{"code": "table_ended", "text": "the supervisor (process 7) was killed"}]
    about = {"processes": table.processes, "installed_at": str(INSTALLED_AT), "notices": told}
    table.say("supervisor", **about)
    assert look_at_table().is_well


def test_health_of_a_table_of_another_version_is_none_of_ours(table: Table, tmp_path: Path) -> None:
    found = look_at_table(tmp_path)
    assert [reason["code"] for reason in found.reasons] == ["no_table"]
    assert not found.shows


def test_health_without_a_picture_yet_is_not_well(table: Table) -> None:
    table.say("engine", state="starting", pictures=0)
    assert not look_at_table().is_well


def test_health_with_a_dead_process_is_not_well_and_says_which(table: Table) -> None:
    table.processes["sound"] = {"pid": None, "restarts": 2, "last_exit": "SIGKILL"}  # type: ignore[dict-item]
    table.supervise()
    found = look_at_table()
    assert not found.shows and found.life.endswith("/2")
    assert [reason["code"] for reason in found.reasons] == ["sound_silent"]


def test_health_of_a_lost_camera_shows_and_is_not_well(table: Table) -> None:
    table.say("engine", state="degraded", pictures=3, faults=["camera: unplugged"])
    found = look_at_table()
    assert (found.shows, found.is_well) == (True, False)
    assert [reason["code"] for reason in found.reasons] == ["camera_lost"]


@pytest.mark.parametrize("state", ["frozen", "blank"])
def test_health_of_a_stage_that_somebody_stopped_is_well(table: Table, state: str) -> None:
    table.say("stage", state=state)
    assert look_at_table().is_well


def test_health_command_says_it_in_words_and_for_programs(table: Table) -> None:
    table.say("engine", state="degraded", pictures=3, faults=["camera: unplugged"])
    said = CliRunner().invoke(main, ["health"])
    assert (said.exit_code, said.output) == (1, "not well\n  camera: unplugged\n")
    told = json.loads(CliRunner().invoke(main, ["health", "--json"]).output)
    assert (told["shows"], told["reasons"][0]["code"]) == (True, "camera_lost")
    table.say("engine", state="showing", pictures=3)
    assert CliRunner().invoke(main, ["health"]).output == "well\n"


def test_health_with_a_process_that_is_turned_off_is_well(table: Table) -> None:
    table.processes["sound"] = {"pid": None, "off": True, "restarts": 0, "last_exit": ""}  # type: ignore[dict-item]
    table.supervise()
    found = look_at_table()
    assert (found.is_well, found.life) == (True, f"{table.folder.name}/0")
