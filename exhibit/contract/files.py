"""Files that are written whole or not at all, also when the power is cut."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from exhibit.contract.lifeline import lives
from exhibit.contract.plain_files import refuse_special

SHARED, PRIVATE = 0o666, 0o600
"""Who may read a file: whom the user's umask allows, or this user alone."""

_POSIX = os.name == "posix"
_DRAFT = re.compile(r"^\..+\.(\d+)-\d+\.tmp$")
_numbers = itertools.count()


def write_whole(path: Path, content: str | bytes, mode: int = SHARED) -> None:
    """Replace a file so that it holds the old content or the new one and nothing between.

    Args:
        path: the file; folders above it are made.
        content: text is written as UTF-8.
        mode: permissions of the file; `SHARED` or `PRIVATE`.

    Raises:
        OSError: the disk is full or the folder read-only; the old file still holds.
    """
    with replacing(path, mode) as draft:
        draft.write(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def replacing(path: Path, mode: int = SHARED) -> Iterator[BinaryIO]:
    """Open a draft that takes the place of `path` once it is complete and on the disk.

    For what writes itself into a file; otherwise as `write_whole`. The draft of a process that was
    killed is removed when the next process writes into its folder.
    """
    _make_folder(path.parent, mode)
    _remove_drafts(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}-{next(_numbers)}.tmp")
    try:
        with _create(draft, mode) as file:
            _keep_owner(file.fileno(), path if path.exists() else path.parent)
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk is told without it
        raise
    sync_folder(path.parent)


def append_line(path: Path, line: str, mode: int = SHARED) -> None:
    """Append one line to a file and have it on the disk before returning.

    Half a line that a power cut left stays a line of its own.

    Raises:
        OSError: the disk is full or the folder read-only.
    """
    _make_folder(path.parent, mode)
    is_new = not path.exists()
    with _open_to_append(path, mode) as file:
        if is_new:
            _keep_owner(file.fileno(), path.parent)
        file.write((b"" if _ends_in_line(file) else b"\n") + line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)


def make_private(path: Path) -> None:
    """Make an empty file that its user alone may read, where there is none, and its folders.

    Raises:
        OSError: it cannot be made, or what is there is no file.
    """
    _make_folder(path.parent, PRIVATE)
    if path.exists():
        refuse_special(path, path.stat().st_mode)
    else:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE), "wb") as file:
            _keep_owner(file.fileno(), path.parent)


def tell(path: Path, text: str) -> bool:
    """Replace a file that other processes read, whole or not at all, in a folder in memory.

    It waits for no disk, and losing the right to tell must never end what works.

    Returns:
        False where there is no room or no such folder; the old file still holds.
    """
    draft = _told_draft(path, os.getpid())
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        return False
    return True


@functools.lru_cache(maxsize=64)
def _told_draft(path: Path, pid: int) -> Path:
    return path.with_name(f".{path.name}.{pid}.tmp")  # kept for the sake of its interned name


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk: a rename is safe only then."""
    if not _POSIX:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(folder: Path, mode: int) -> None:
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700 if mode == PRIVATE else 0o777)
    for part in reversed(missing):
        _keep_owner(part, part.parent)


def _keep_owner(made: int | Path, like: Path) -> None:
    """Give what root made to the owner of another file or folder.

    `sudo exhibit operator passwd` must not take its file from the table that reads it.
    """
    if _POSIX and os.geteuid() == 0:
        found = like.stat()
        with contextlib.suppress(OSError):
            os.chown(made, found.st_uid, found.st_gid)


def _create(draft: Path, mode: int) -> BinaryIO:
    draft.unlink(missing_ok=True)  # of a process of this number that was killed
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(draft, flags, mode), "wb+")


def _open_to_append(path: Path, mode: int) -> BinaryIO:
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags, mode)
    try:
        refuse_special(path, os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb+")


def _ends_in_line(file: BinaryIO) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


@functools.cache
def _remove_drafts(folder: Path) -> None:
    """Remove what killed processes left half written; once a folder, as drafts are rare."""
    for draft in folder.glob(".*.tmp"):
        match = _DRAFT.match(draft.name)
        if match and not lives(int(match[1])):
            with contextlib.suppress(OSError):
                draft.unlink()
