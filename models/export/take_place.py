"""Putting a folder in the place of another, so that no reader and no power cut finds neither."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from exhibit.contract.files import sync_folder

# From Linux's fcntl.h and fs.h.
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def take_place(folder: Path, path: Path) -> None:
    """Put `folder` at `path`; a folder that was there is at `folder` afterwards.

    Args:
        folder: complete, on the file system of `path`.
        path: a folder, or nothing yet.

    Raises:
        OSError: it cannot be moved; `path` is as it was.
    """
    _sync_tree(folder)
    if not path.exists():
        folder.rename(path)
    elif not _exchange(folder, path):
        _swap_in_steps(folder, path)
    sync_folder(path.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system cannot.

    Source: renameat2(2), RENAME_EXCHANGE.
    """
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0)


def _swap_in_steps(folder: Path, path: Path) -> None:
    aside = folder.with_name(f"{folder.name}.before")
    path.rename(aside)
    try:
        folder.rename(path)
    except OSError:
        aside.rename(path)
        raise
    aside.rename(folder)


def _sync_tree(folder: Path) -> None:
    for entry in sorted(folder.rglob("*"), reverse=True):
        if entry.is_dir():
            sync_folder(entry)
        else:
            with entry.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
