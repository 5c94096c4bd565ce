"""Addresses of sockets in folders of any depth.

Source: unix(7): an address has room for 108 bytes with the zero at its end, on macOS for 104. A
longer way to a socket goes through the open descriptor of its folder, as proc(5) names it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exhibit.contract.errors import InputError

_LONGEST = 103
_DESCRIPTORS = Path("/proc/self/fd")


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """Give the address by which the socket `path` is bound or reached until the block ends.

    Args:
        path: of any length; or a name in Linux's abstract namespace, which begins with a zero.

    Raises:
        InputError: the path is too long for this system.
        OSError: its folder cannot be opened.
    """
    length = len(os.fsencode(path))
    if length <= _LONGEST or str(path).startswith("\0"):
        yield str(path)
        return
    if not _DESCRIPTORS.is_dir():
        raise InputError(
            f"{path}: its path has {length} bytes, expected at most {_LONGEST} for a socket; set "
            "TMPDIR to a folder with a shorter path"
        )
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield str(_DESCRIPTORS / str(folder) / path.name)
    finally:
        os.close(folder)
