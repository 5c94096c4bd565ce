"""A version that cannot be made, or says that it cannot run here, never gets to the visitors."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from exhibit.contract.errors import UpdateError
from exhibit.update.building import build, command_of, examine
from exhibit.update.versions import Versions
from tests.exhibit.update.made_up import write_sources


def _command(folder: Path, script: str) -> Path:
    command = Path(command_of(folder))
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    return folder


def test_build_runs_the_versions_own_makefile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/another/version")
    makefile = '.venv/.runtime-is-installed:\n\techo "$$PYTHONPATH" > made\n'
    build(write_sources(tmp_path, makefile=makefile), os.open(tmp_path, os.O_RDONLY))
    assert (tmp_path / "made").read_text() == "\n"


def test_build_that_fails_is_told(tmp_path: Path) -> None:
    makefile = ".venv/.runtime-is-installed:\n\tfalse\n"
    folder = write_sources(tmp_path / "0.2.0", makefile=makefile)
    with pytest.raises(UpdateError, match=r"0\.2\.0: not made, see above; the table goes on"):
        build(folder, os.open(tmp_path, os.O_RDONLY))


def test_build_outlived_by_what_it_started_keeps_other_updates_away(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    makefile = ".venv/.runtime-is-installed:\n\tsleep 300 & echo $$! > child\n"
    folder = write_sources(tmp_path / "new", makefile=makefile)
    held = versions.lock()
    build(folder, held)
    os.close(held)
    with pytest.raises(UpdateError, match="another update"):
        versions.lock()
    os.kill(int((folder / "child").read_text()), 9)


def test_examine_asks_check_doctor_and_a_dry_run_about_this_tables_file(tmp_path: Path) -> None:
    folder = _command(tmp_path / "0.2.0", f'echo "$@" >> {tmp_path}/asked')
    examine(folder, tmp_path / "config.yaml", lambda _: None)
    config = tmp_path / "config.yaml"
    assert (tmp_path / "asked").read_text().splitlines() == [
        f"check {config}",
        f"doctor --config {config}",
        f"run --headless --dry-run --config {config}",
    ]


def test_examine_passes_on_what_a_version_says_that_cannot_run(tmp_path: Path) -> None:
    folder = _command(tmp_path / "0.2.0", '[ "$1" = check ] || { echo "no such bundle"; exit 1; }')
    said: list[str] = []
    with pytest.raises(UpdateError, match=r"0\.2\.0: `exhibit doctor --config .* fails, see above"):
        examine(folder, tmp_path / "config.yaml", said.append)
    assert said == ["no such bundle"]
    with pytest.raises(UpdateError, match="`exhibit check"):
        examine(tmp_path / "without-a-command", tmp_path / "config.yaml", said.append)
