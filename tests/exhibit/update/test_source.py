"""A new version comes as a folder, an archive or a tag; what is no version must change nothing."""

from __future__ import annotations

import random
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from exhibit.contract.errors import UpdateError
from exhibit.update.source import fetch
from exhibit.update.versions import version_of
from tests.exhibit.update.made_up import write_sources
from tests.fakes.small_disk import small_disk


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return write_sources(tmp_path / "sources", "0.2.0")


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("how", ["folder", "archive", "repository"])
def test_fetch_without_room_is_refused_in_a_line(sources: Path, tmp_path: Path, how: str) -> None:
    (sources / "large").write_bytes(random.Random(1).randbytes(400_000))
    given = str(sources)
    if how == "archive":
        given = shutil.make_archive(str(tmp_path / "made"), "tar", sources)
    if how == "repository":
        _git(sources, "init", "-q")
        _git(sources, "add", "-A")
        _git(sources, "commit", "-qm", "x")
        given = f"file://{sources}"
    with small_disk(tmp_path / "disk", 300_000) as disk:
        with pytest.raises(UpdateError) as caught:
            fetch(given, disk / "new")
        assert len(str(caught.value).splitlines()) == 1
        assert "No space left on device" in str(caught.value)
        assert str(sources.parent) in str(caught.value)


def test_fetch_folder_brings_the_sources_and_nothing_made_of_them(
    sources: Path, tmp_path: Path
) -> None:
    for made in (".venv/bin/exhibit", ".git/HEAD", "state/overrides.yaml", "exhibit/__pycache__/x"):
        (sources / made).parent.mkdir(parents=True, exist_ok=True)
        (sources / made).touch()
    (sources / "exhibit" / "state").mkdir()
    fetch(str(sources), tmp_path / "new")
    found = {
        path.relative_to(tmp_path / "new").as_posix() for path in (tmp_path / "new").rglob("*")
    }
    assert found == {"pyproject.toml", "Makefile", "exhibit", "exhibit/state"}


@pytest.mark.parametrize("kind", ["gztar", "xztar", "zip"])
@pytest.mark.parametrize("inside", ["sources", "."])
def test_fetch_archive_of_a_folder_or_of_what_is_in_it(
    sources: Path, tmp_path: Path, kind: str, inside: str
) -> None:
    root = sources.parent if inside == "sources" else sources
    archive = shutil.make_archive(str(tmp_path / "packed"), kind, root, inside)
    (tmp_path / "new").mkdir()
    fetch(archive, tmp_path / "new")
    assert version_of(tmp_path / "new") == "0.2.0"


def test_fetch_tag_of_a_repository(sources: Path, tmp_path: Path) -> None:
    _git(sources, "init")
    _git(sources, "add", ".")
    _git(sources, "commit", "-m", "one")
    _git(sources, "tag", "v0.2.0")
    write_sources(sources, "0.3.0")
    _git(sources, "commit", "-am", "two")
    for which, number in (("@v0.2.0", "0.2.0"), ("", "0.3.0")):
        folder = tmp_path / f"new{which}"
        fetch(f"git+file://{sources}{which}", folder)
        assert version_of(folder) == number
    with pytest.raises(UpdateError, match=r"@v9: not cloned: .*v9"):
        fetch(f"file://{sources}@v9", tmp_path / "none")


def test_fetch_makes_readable_what_root_brought_for_itself(sources: Path, tmp_path: Path) -> None:
    (sources / "Makefile").chmod(0o600)
    fetch(str(sources), tmp_path / "new")
    assert (tmp_path / "new" / "Makefile").stat().st_mode & 0o777 == 0o644


def test_fetch_what_is_not_there_or_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="'nowhere' not found; expected a folder, an archive"):
        fetch("nowhere", tmp_path / "new")
    (tmp_path / "notes.txt").write_text("no archive")
    with pytest.raises(UpdateError, match="no archive that can be unpacked"):
        fetch(str(tmp_path / "notes.txt"), tmp_path / "new")


def test_fetch_archive_that_would_write_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with tarfile.open(tmp_path / "bad.tar", "w") as archive:
        archive.add(tmp_path / "x", "../outside")
    (tmp_path / "new").mkdir()
    with pytest.raises(UpdateError, match="no archive that can be unpacked"):
        fetch(str(tmp_path / "bad.tar"), tmp_path / "new")
    assert not (tmp_path / "outside").exists()
