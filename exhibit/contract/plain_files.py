"""Reading files that a person or a failing disk may have put anything in the place of.

A pipe is waited for without end, a device may be read without end, and a file of a terabyte takes
all memory. None of them may hang or end what reads: they are refused with an OSError that says what
is there.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import IO, Any

LARGEST_BYTES = 64 * 1024**2
"""Ten times the largest file that the table itself writes and reads whole."""
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_plain(path: Path) -> io.BufferedReader:
    """Open a file for reading.

    Raises:
        FileNotFoundError: there is none.
        OSError: it is not readable, or no file: `strerror` says what it is. A link to nothing is
            none of those that are missing: on the disk that is not there it may well be.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        for part in (path, *path.parents):
            if part.is_symlink() and not part.exists():
                raise OSError(errno.ENXIO, "a link to nothing", str(part)) from None
        raise
    # Looked at first, as opening alone does something to some devices.
    refuse_special(path, found.st_mode)
    # What is put there in between is not waited for either.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    try:
        refuse_special(path, os.fstat(file.fileno()).st_mode)
    except OSError:
        file.close()
        raise
    return file


def plain_bytes(path: Path, most: int = LARGEST_BYTES) -> bytes:
    """Return what is in a file.

    Args:
        path: the file.
        most: bytes.

    Raises:
        OSError: as of `open_plain`, or it is larger.
    """
    with open_plain(path) as file:
        _refuse_larger(path, file, most)
        return file.read()


def plain_text(path: Path, encoding: str = "utf-8", errors: str = "strict") -> str:
    """Return the text in a file, its lines ended by "\\n" alone.

    Args:
        path: the file.
        encoding: of its letters.
        errors: what is done about bytes that are none, as for `bytes.decode`.

    Raises:
        OSError: as of `open_plain`, or it is larger than `LARGEST_BYTES`.
        UnicodeDecodeError: it is not text of this encoding.
    """
    with io.TextIOWrapper(open_plain(path), encoding, errors) as file:
        _refuse_larger(path, file, LARGEST_BYTES)
        return file.read()


def real_path(path: Path) -> Path:
    """Return where a path leads; a link that leads to itself, to itself.

    `Path.resolve` raises a RuntimeError there before Python 3.13.
    """
    return Path(os.path.realpath(path))


def refuse_special(path: Path, mode: int) -> None:
    """Raise an OSError that says what is there where it is neither file nor missing.

    Args:
        path: for the error.
        mode: as `stat` has it.
    """
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"{kind}, expected a file", str(path))


def _refuse_larger(path: Path, file: IO[Any], most: int) -> None:
    if os.fstat(file.fileno()).st_size > most:
        raise OSError(errno.EFBIG, f"larger than {most >> 20} MiB", str(path))
