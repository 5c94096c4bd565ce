"""Files of the state folder: whole or not at all, and for this user alone."""

from __future__ import annotations

from pathlib import Path

from exhibit.contract import files


def write_whole(path: Path, text: str) -> None:
    """Replace a file that this user alone may read; raises OSError where it cannot."""
    files.write_whole(path, text, files.PRIVATE)


def append_line(path: Path, line: str) -> None:
    """Append one line to a file that this user alone may read; raises OSError where it cannot."""
    files.append_line(path, line, files.PRIVATE)
