"""A second copy of a small file that a table cannot do without, for when the first one is damaged.

A power cut never leaves half a file (see `exhibit.contract.files`), but a failing disk or a person
with an editor may. The copy is of the newest version that could be read, so that what was taken
back does not come again.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_text

_SUFFIX = ".copy"


def keep_copy(path: Path, text: str) -> None:
    """Keep a copy of what is in a file; where there is no room there is none, or the one before."""
    if read_copy(path) != text:
        with contextlib.suppress(OSError):
            write_whole(copy_of(path), text, PRIVATE)


def read_copy(path: Path) -> str | None:
    """Return the copy of a file, None where there is none that can be read."""
    try:
        return plain_text(copy_of(path))
    except (OSError, UnicodeDecodeError):
        return None


def copy_of(path: Path) -> Path:
    """Return where the copy of a file lies."""
    return path.with_name(path.name + _SUFFIX)
