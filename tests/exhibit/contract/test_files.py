"""A power cut, a full disk or a killed process must never leave half a file in another's place."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exhibit.contract.files import PRIVATE, append_line, make_private, replacing, tell, write_whole

NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was put on the disk, in order: each file or folder by its name at that time."""
    names: list[str] = []

    def fsync(descriptor: int) -> None:
        names.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    monkeypatch.setattr(os, "fsync", fsync)
    return names


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(descriptor: int) -> None:
        raise NO_ROOM

    monkeypatch.setattr(os, "fsync", fsync)


def test_write_whole_replaces_the_content_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "made" / "here" / "notes.txt"
    write_whole(file, "älter")
    write_whole(file, b"newer")
    assert file.read_bytes() == b"newer"
    assert list(file.parent.iterdir()) == [file]


def test_write_whole_has_file_and_folder_on_the_disk(tmp_path: Path, synced: list[str]) -> None:
    write_whole(tmp_path / "notes.txt", "text")
    draft, folder = synced
    assert draft.startswith(".notes.txt.")
    assert folder == tmp_path.name


def test_write_whole_private_file_is_read_by_its_user_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "keys" / "key.pem", "secret", PRIVATE)
        write_whole(tmp_path / "open" / "card.yaml", "for all")
    finally:
        os.umask(before)
    modes = [
        (tmp_path / name).stat().st_mode & 0o777
        for name in ("keys", "keys/key.pem", "open", "open/card.yaml")
    ]
    assert modes == [0o700, 0o600, 0o755, 0o644]


def test_write_whole_on_a_full_disk_keeps_the_old_file(tmp_path: Path, full_disk: None) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("old")
    with pytest.raises(OSError, match="No space"):
        write_whole(file, "new")
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["old"]


def test_replacing_given_up_on_the_way_keeps_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "latest.pt"
    file.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(file) as draft:
        draft.write(b"half of")
        raise KeyboardInterrupt
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["old"]


def test_write_whole_removes_drafts_of_killed_processes_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    others = [f".notes.txt.{os.getppid()}-7.tmp", ".bashrc.tmp", "notes.tmp"]
    for name in (f".notes.txt.{ended.pid}-0.tmp", *others):
        (tmp_path / name).touch()
    write_whole(tmp_path / "notes.txt", "text")
    assert {entry.name for entry in tmp_path.iterdir()} == {"notes.txt", *others}


def test_write_whole_power_cut_at_any_moment_leaves_the_old_text_or_the_new(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.fakes.power_cut", str(tmp_path), "100"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "0\n"
    write_whole(tmp_path / "notes.txt", "text")
    assert {entry.name for entry in tmp_path.iterdir()} == {"notes.txt", "overrides.yaml"}


def test_append_line_after_a_line_that_was_cut_begins_a_new_one(tmp_path: Path) -> None:
    file = tmp_path / "log" / "events.jsonl"
    append_line(file, "one")
    file.write_bytes(file.read_bytes() + b'{"ha')
    append_line(file, "two")
    assert file.read_text() == 'one\n{"ha\ntwo\n'


def test_append_line_has_a_new_file_in_its_folder_on_the_disk(
    tmp_path: Path, synced: list[str]
) -> None:
    append_line(tmp_path / "events.jsonl", "one")
    append_line(tmp_path / "events.jsonl", "two")
    assert synced == ["events.jsonl", tmp_path.name, "events.jsonl"]


def test_tell_waits_for_no_disk(tmp_path: Path, synced: list[str]) -> None:
    assert tell(tmp_path / "engine.status.json", "{}")
    assert synced == []


def test_tell_without_room_keeps_the_old_text_and_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "engine.status.json"
    assert tell(file, "old")
    write_text = Path.write_text

    def half(path: Path, text: str, **options: str) -> int:
        write_text(path, text[:2], encoding="utf-8")
        raise NO_ROOM

    monkeypatch.setattr(Path, "write_text", half)
    assert not tell(file, "newer")
    assert [entry.read_text() for entry in tmp_path.iterdir()] == ["old"]
    assert not tell(tmp_path / "gone" / "engine.status.json", "newer")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_files_that_root_writes_belong_to_whom_the_folder_belongs(tmp_path: Path) -> None:
    """`sudo exhibit operator passwd` must not take the file from the table that reads it."""
    os.chown(tmp_path, 1234, 1235)
    write_whole(tmp_path / "operator" / "access.json", "{}", PRIVATE)
    append_line(tmp_path / "operator" / "audit.jsonl", "{}", PRIVATE)
    make_private(tmp_path / "visits.sqlite")
    for made in ("operator", "operator/access.json", "operator/audit.jsonl", "visits.sqlite"):
        found = (tmp_path / made).stat()
        assert (made, found.st_uid, found.st_gid) == (made, 1234, 1235)
    os.chown(tmp_path / "operator" / "access.json", 77, 78)
    write_whole(tmp_path / "operator" / "access.json", "[]", PRIVATE)
    assert (tmp_path / "operator" / "access.json").stat().st_uid == 77


def test_make_private_keeps_what_is_there_and_is_read_by_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "visits.sqlite"
    make_private(path)
    path.write_text("a visit")
    make_private(path)
    assert path.read_text() == "a visit"
    assert path.stat().st_mode & 0o777 == 0o600
