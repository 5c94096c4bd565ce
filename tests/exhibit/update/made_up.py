"""Versions without code in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from exhibit.update.versions import Versions

MAKEFILE = ".venv/.runtime-is-installed:\n\tmkdir -p .venv/bin && touch $@\n"


def write_sources(folder: Path, number: str = "0.1.0", makefile: str = MAKEFILE) -> Path:
    """Write what a folder must have to be taken for a Tracing Table."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f'[project]\nname = "tracing-table"\nversion = "{number}"\n'
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    (folder / "Makefile").write_text(makefile, encoding="utf-8")
    return folder


class Hours:
    """A wall clock that moves on by an hour at each look."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 29, 3, 0)

    def __call__(self) -> datetime:
        """Return the time."""
        self._now += timedelta(hours=1)
        return self._now


def make_version(versions: Versions, number: str = "0.1.0") -> Path:
    """Make a whole version."""
    folder = versions.new_folder()
    write_sources(folder, number)
    named = versions.name(folder)
    versions.seal(named)
    return named


def begin(prefix: Path, number: str = "0.1.0") -> Versions:
    """Return versions of which one starts, as an installation leaves it."""
    versions = Versions(prefix, Hours())
    first = make_version(versions, number)
    (prefix / "current").symlink_to(first)
    return versions
