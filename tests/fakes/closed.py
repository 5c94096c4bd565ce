"""A folder that somebody else owns, also for a test that root runs."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest


def close_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let whoever looks into a folder, or at what is in it, be refused."""
    stat, iterdir, opened = Path.stat, Path.iterdir, Path.open

    def refuse(path: Path) -> None:
        if folder in (path, *path.parents):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def closed_stat(self: Path, **given: Any) -> os.stat_result:
        refuse(self.parent)
        return stat(self, **given)

    def closed_iterdir(self: Path) -> Any:
        refuse(self)
        return iterdir(self)

    def closed_open(self: Path, *given: Any, **named: Any) -> Any:
        refuse(self.parent)
        return opened(self, *given, **named)

    monkeypatch.setattr(Path, "stat", closed_stat)
    monkeypatch.setattr(Path, "iterdir", closed_iterdir)
    monkeypatch.setattr(Path, "open", closed_open)
    monkeypatch.setattr(Path, "is_file", lambda self: closed_stat(self) is not None)
