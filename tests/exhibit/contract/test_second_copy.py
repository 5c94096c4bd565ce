"""A damaged file is worth its copy; a disk without room for one is no fault."""

from pathlib import Path

from exhibit.contract.second_copy import copy_of, keep_copy, read_copy


def test_copy_is_of_the_newest_text_and_private(tmp_path: Path) -> None:
    path = tmp_path / "scenes.yaml"
    assert read_copy(path) is None
    keep_copy(path, "one")
    keep_copy(path, "two")
    assert read_copy(path) == "two"
    assert copy_of(path).stat().st_mode & 0o077 == 0


def test_copy_of_the_same_text_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "scenes.yaml"
    keep_copy(path, "one")
    before = copy_of(path).stat().st_ino
    keep_copy(path, "one")
    assert copy_of(path).stat().st_ino == before


def test_copy_that_cannot_be_written_or_read_is_none(tmp_path: Path) -> None:
    path = tmp_path / "file" / "scenes.yaml"
    path.parent.write_text("in the way")
    keep_copy(path, "one")
    assert read_copy(path) is None
