"""Files that are written whole or not at all, also when the power is cut."""

from __future__ import annotations

import os
from pathlib import Path

_PRIVATE = 0o600


def write_whole(path: Path, text: str) -> None:
    """Replace a file so that it holds the old text or the new one and nothing between.

    Args:
        path: the file; folders above it are made, readable by this user alone.
        text: written as UTF-8.

    Raises:
        OSError: the disk is full or the folder read-only; the old file still holds.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as f:
            f.write(text.encode())
            f.flush()
            os.fsync(f.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """Append one line to a file and have it on the disk before returning."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _PRIVATE)
    with os.fdopen(descriptor, "ab") as file:
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
