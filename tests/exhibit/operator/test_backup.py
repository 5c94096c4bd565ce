"""A table whose computer has died comes back as it was, from one file."""

from __future__ import annotations

import calendar
import errno
import io
import json
import os
import sqlite3
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

from exhibit.cli import main
from exhibit.contract.bundle import load_bundle
from exhibit.contract.calibration import (
    Calibration,
    load_calibration,
    return_to,
    save_calibration,
)
from exhibit.contract.calibration.versions import versions
from exhibit.operator import archives
from exhibit.operator.access.roles import Role
from exhibit.operator.desk import Desk
from exhibit.operator.state.scenes import Scene, SceneBook
from exhibit.operator.state.visits import Visit
from tests.exhibit.operator.conftest import FakeTable
from tests.fakes.bundle import write_bundle
from tests.fakes.odd_files import ODD_FILES, lay_odd_file

Holder = Callable[[Role], TestClient]


def _places(content: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return set(archive.namelist())


def _zip(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_yaml", ".yaml"), text)
    return buffer.getvalue()


ABOUT = '{"format": 1, "made_at": "2026-11-29T00:00:00+00:00"}'


def _with_about(**files: str) -> bytes:
    content = _zip(**files)
    with zipfile.ZipFile(buffer := io.BytesIO(content), "a") as archive:
        archive.writestr("backup.json", ABOUT)
    return buffer.getvalue()


@pytest.fixture
def furnished(table: FakeTable, desk: Desk, admin: TestClient, tmp_path: Path) -> bytes:
    """A table with settings, a scene, a visit and a bundle of its own; returns its backup."""
    folder = write_bundle(tmp_path / "own", name="own")
    desk.base_file = tmp_path / "config.yaml"
    desk.base_file.write_text(f"model: {{bundle: {folder}}}\nstage: {{fps: 30}}\n")
    desk.settings.change({"ink": {"threshold": 0.7}, "model": {"bundle": str(folder)}}, "kim")
    desk.settings.confirm("kim")
    desk.scenes.write(SceneBook().with_scene(Scene(name="Evening")))
    desk.visits.add(Visit(0.0, 60.0, 30.0, False), 100.0)
    answer = admin.get("/api/v1/backup.zip")
    assert answer.headers["content-type"] == "application/zip"
    return answer.content


def test_backup_has_everything_but_who_may_come_in(furnished: bytes, desk: Desk) -> None:
    places = _places(furnished)
    wanted = {"backup.json", "config.yaml", "overrides.yaml", "scenes.yaml", "visits.sqlite"}
    assert wanted | {"bundle/card.yaml", "bundle/generator.onnx"} <= places
    assert any(place.startswith("history/") for place in places)
    assert not [place for place in places if "operator" in place or "access" in place]
    assert b"argon2" not in furnished
    assert list(desk.state_dir.glob(".backup-*")) == []


@pytest.mark.parametrize("year", [1970, 2199])
def test_backup_and_diagnostics_are_made_whatever_the_clock_says(
    furnished: bytes, admin: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    """A ZIP knows the years 1980 to 2107; a clock whose battery is empty begins at 1970."""
    then = calendar.timegm((year, 1, 1, 12, 0, 0))
    os.utime(desk.state_dir / "scenes.yaml", (then, then))
    monkeypatch.setattr(archives.time, "localtime", lambda *_: time.gmtime(then))
    assert "scenes.yaml" in _places(admin.get("/api/v1/backup.zip").content)
    assert "state.json" in _places(admin.get("/api/v1/diagnostics.zip").content)


@pytest.mark.parametrize("kind", ODD_FILES)
def test_backup_leaves_out_what_is_no_file(
    furnished: bytes, admin: TestClient, desk: Desk, kind: str
) -> None:
    for name in ("history/00000099.json", "log/events-2000-01.jsonl", "visits.sqlite"):
        lay_odd_file(desk.state_dir / name, kind)
    places = _places(admin.get("/api/v1/backup.zip").content)
    assert "scenes.yaml" in places
    assert "log/events-2000-01.jsonl" not in places


def test_backup_without_the_bundle_is_small(furnished: bytes, admin: TestClient) -> None:
    small = admin.get("/api/v1/backup.zip?bundle=false").content
    assert not [place for place in _places(small) if place.startswith("bundle/")]


def test_restore_on_the_page_brings_settings_scenes_and_bundle_back(
    furnished: bytes, desk: Desk, admin: TestClient
) -> None:
    desk.settings.replace({}, "kim", "all gone")
    desk.settings.confirm("kim")
    desk.scenes.write(SceneBook())
    answer = admin.post("/api/v1/restore", content=furnished)
    assert answer.status_code == 200, answer.text
    assert answer.json()["scenes"] == ["Evening"]
    effective = desk.settings.effective
    assert effective.ink.threshold == 0.7
    assert load_bundle(Path(effective.model.bundle)).card.name == "own"
    assert Path(effective.model.bundle).is_relative_to(desk.state_dir)
    assert "model.bundle" in answer.json()["on_trial"]
    assert effective.stage.fps == 30
    assert desk.scenes.book.find("Evening")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"nothing", "no ZIP archive"),
        (_zip(overrides_yaml="ink: {threshold: 0.4}"), "expected backup.json in it"),
        (_zip(**{"backup.json": '{"format": 9}'}), "format 9; expected 1"),
        (
            _with_about(overrides_yaml="ink:\n  threshold: 4\n"),
            "overrides.yaml:2: ink.threshold: 4",
        ),
        (_with_about(config_yaml="ink: {thresh: 4}"), "config.yaml:1: ink.thresh: unknown key"),
        (_with_about(scenes_yaml="scenes: 3"), "scenes.yaml: "),
        (_with_about(bundle__card_yaml="name: x"), "card.yaml"),
    ],
)
def test_restore_what_is_not_right_changes_nothing(
    table: FakeTable, admin: TestClient, desk: Desk, content: bytes, reason: str
) -> None:
    before = (desk.settings.saved, desk.scenes.book, desk.settings.effective)
    refused = admin.post("/api/v1/restore", content=content)
    assert (refused.status_code, reason in refused.json()["detail"]) == (422, True), refused.text
    assert (desk.settings.saved, desk.scenes.book, desk.settings.effective) == before


def test_restore_tried_dry_says_what_would_change_and_changes_nothing(
    furnished: bytes, desk: Desk, admin: TestClient
) -> None:
    desk.settings.change({"stage": {"fps": 30}}, "kim")
    desk.settings.confirm("kim")
    nothing = admin.post("/api/v1/restore?dry_run=true", content=furnished).json()
    assert (nothing["settings"], nothing["scenes"], nothing["schedule"]) == ([], {}, False)
    desk.settings.change({"ink": {"threshold": 0.4}}, "kim")
    desk.scenes.write(SceneBook().with_scene(Scene(name="Morning")))
    before = (desk.settings.saved, desk.scenes.book)
    found = admin.post("/api/v1/restore?dry_run=true", content=furnished).json()
    assert found["settings"] == [{"key": "ink.threshold", "before": 0.4, "after": 0.7}]
    assert found["scenes"] == {"Evening": "new", "Morning": "gone"}
    assert (desk.settings.saved, desk.scenes.book) == before


def test_backup_and_restore_are_for_administrators(table: FakeTable, holder: Holder) -> None:
    client = holder(Role.OPERATOR)
    assert client.get("/api/v1/backup.zip").status_code == 403
    assert client.post("/api/v1/restore", content=b"").status_code == 403


def test_restore_brings_back_what_the_calibration_was_before(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "config.yaml").write_text("calibration: c.yaml\n")
    for width in (297.0, 420.0, 431.0):
        save_calibration(old / "c.yaml", Calibration(table_mm=(width, 210.0)))
    file = str(tmp_path / "table.zip")
    run = CliRunner().invoke
    made = run(main, ["operator", "backup", "--config", str(old / "config.yaml"), file])
    assert made.exit_code == 0, made.output
    back = run(main, ["operator", "restore", "--config", str(new / "config.yaml"), file])
    assert back.exit_code == 0, back.output
    kept = versions(new / "c.yaml")
    assert [load_calibration(version.file).table_mm[0] for version in kept] == [420.0, 297.0]
    assert return_to(new / "c.yaml", kept[1]).table_mm == (297.0, 210.0)


def test_commands_bring_a_table_back_on_another_machine(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "state" / "log").mkdir(parents=True)
    new.mkdir()
    bundle = write_bundle(old / "own", name="own")
    (old / "config.yaml").write_text(f"model: {{bundle: {bundle}}}\ncalibration: c.yaml\n")
    (old / "c.yaml").write_text("format: 1\ntable_mm: [297.0, 210.0]\n")
    (old / "state" / "overrides.yaml").write_text("ink: {threshold: 0.7}\n")
    (old / "state" / "log" / "events-2026-11.jsonl").write_text(json.dumps({"what": "x"}) + "\n")
    with sqlite3.connect(old / "state" / "visits.sqlite") as visits:
        visits.execute("CREATE TABLE visits (began TEXT)")
    file = str(tmp_path / "table.zip")
    run = CliRunner().invoke
    made = run(main, ["operator", "backup", "--config", str(old / "config.yaml"), file])
    assert made.exit_code == 0, made.output
    (new / "config.yaml").write_text("stage: {fps: 30}\n")
    dry = run(
        main, ["operator", "restore", "--dry-run", "--config", str(new / "config.yaml"), file]
    )
    assert dry.exit_code == 0, dry.output
    assert "stage.fps: 30.0 -> 60.0\n" in dry.output and "ink.threshold: " in dry.output
    assert not (new / "c.yaml").exists()
    back = run(main, ["operator", "restore", "--config", str(new / "config.yaml"), file])
    assert back.exit_code == 0, back.output
    for place in ("config.yaml", "c.yaml", "state/overrides.yaml"):
        assert (new / place).read_text() == (old / place).read_text()
    assert (new / "state" / "log" / "events-2026-11.jsonl").exists()
    assert sqlite3.connect(new / "state" / "visits.sqlite").execute("SELECT * FROM visits")
    assert (new / "config.before-restore.yaml").read_text() == "stage: {fps: 30}\n"
    assert load_bundle(new / "state" / "bundles" / "own").card.name == "own"
    assert str(new / "state" / "bundles" / "own") in back.output


def _table_with(folder: Path, config: str) -> list[str]:
    """Make a table's folder; returns the options that name it."""
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(config)
    return ["--config", str(folder / "config.yaml")]


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["operator", *map(str, arguments)])


def test_restore_keeps_what_was_there_before_each_of_two(tmp_path: Path) -> None:
    there = tmp_path / "table"
    made = {fps: tmp_path / f"{fps}.zip" for fps in (30, 50)}
    for fps, target in made.items():
        options = _table_with(tmp_path / f"other{fps}", f"stage: {{fps: {fps}}}\n")
        assert _run("backup", *options, "--without-bundle", target).exit_code == 0
    options = _table_with(there, "stage: {fps: 25}\n")
    for target in made.values():
        assert _run("restore", *options, target).exit_code == 0
    kept = [there / f"config.before-restore{more}.yaml" for more in ("", "-2")]
    assert [path.read_text() for path in kept] == ["stage: {fps: 25}\n", "stage: {fps: 30}\n"]


@pytest.mark.parametrize("lost", [False, True])
def test_restore_leaves_no_journal_that_would_be_played_into_other_visits(
    tmp_path: Path, lost: bool
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    options = {folder: _table_with(folder, "") for folder in (old, new)}
    for folder, table in ((old, "old"), (new, "new")):
        (folder / "state").mkdir()
        with sqlite3.connect(folder / "state" / "visits.sqlite") as visits:
            visits.execute(f"CREATE TABLE {table} (began TEXT)")
    journal = new / "state" / "visits.sqlite-journal"
    journal.write_bytes(b"of a table that lost its power")
    if lost:
        (new / "state" / "visits.sqlite").unlink()
    assert _run("backup", *options[old], "--without-bundle", tmp_path / "t.zip").exit_code == 0
    assert _run("restore", *options[new], tmp_path / "t.zip").exit_code == 0
    assert not journal.exists()
    assert (new / "state" / "visits.before-restore.sqlite-journal").exists()
    assert sqlite3.connect(new / "state" / "visits.sqlite").execute("SELECT * FROM old")


def test_restore_while_the_table_runs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = _table_with(tmp_path / "table", "stage: {fps: 25}\n")
    assert _run("backup", *options, "--without-bundle", tmp_path / "t.zip").exit_code == 0
    monkeypatch.setattr("exhibit.cli.operator.table_of", lambda state_dir: tmp_path)
    refused = _run("restore", *options, tmp_path / "t.zip")
    assert refused.exit_code == 2
    assert f"{tmp_path / 'table' / 'state'}: a table runs with this folder" in refused.output


def test_restore_over_a_damaged_configuration_brings_it_back(tmp_path: Path) -> None:
    options = _table_with(tmp_path / "table", "stage: {fps: 25}\n")
    assert _run("backup", *options, "--without-bundle", tmp_path / "t.zip").exit_code == 0
    (tmp_path / "table" / "config.yaml").write_text("stage: {fps: ")
    assert _run("restore", *options, tmp_path / "t.zip").exit_code == 0
    assert (tmp_path / "table" / "config.yaml").read_text() == "stage: {fps: 25}\n"


def test_backup_that_fails_leaves_the_one_before_and_nothing_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = _table_with(tmp_path / "table", "stage: {fps: 25}\n")
    target = tmp_path / "stick" / "t.zip"
    assert _run("backup", *options, "--without-bundle", target).exit_code == 0
    before = target.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("exhibit.operator.backup.add_text", full)
    failed = _run("backup", *options, "--without-bundle", target)
    assert failed.exit_code == 2 and "t.zip: No space left on device" in failed.output
    assert target.read_bytes() == before and list(target.parent.iterdir()) == [target]


def test_backup_of_a_configuration_that_is_not_there_or_onto_it_is_refused(tmp_path: Path) -> None:
    options = _table_with(tmp_path / "table", "stage: {fps: 25}\n")
    file = tmp_path / "table" / "config.yaml"
    misspelt = _run("backup", "--config", tmp_path / "confg.yaml", tmp_path / "t.zip")
    assert misspelt.exit_code == 2 and "confg.yaml" in misspelt.output
    onto = _run("backup", *options, file)
    assert onto.exit_code == 2 and "config.yaml: would overwrite what this" in onto.output
    assert file.read_text() == "stage: {fps: 25}\n" and not (tmp_path / "t.zip").exists()
