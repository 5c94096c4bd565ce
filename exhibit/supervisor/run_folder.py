"""The folder in memory that the processes of one table share while it runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exhibit.contract.board import RUN_PREFIX, SHARED_MEMORY
from exhibit.contract.run_folders import known_folders

_ROOM_BYTES = 32_000_000
"""Enough for the pictures of a full screen, twice."""


@contextmanager
def run_folder() -> Iterator[Path]:
    """Make a private run folder; remove it at the end.

    Folders that a killed supervisor of this user left behind are removed first.
    """
    parent = memory_folder()
    _remove_abandoned(parent)
    folder = Path(tempfile.mkdtemp(prefix=f"{RUN_PREFIX}{os.getpid()}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory_folder() -> Path:
    """Return where run folders are made: shared memory where there is some with room in it."""
    folders = [SHARED_MEMORY, Path(tempfile.gettempdir())]
    usable = [folder for folder in folders if os.access(folder, os.W_OK)] or folders[1:]
    free = {folder: shutil.disk_usage(folder).free for folder in usable}
    roomy = [folder for folder in usable if free[folder] >= _ROOM_BYTES]
    return roomy[0] if roomy else max(usable, key=lambda folder: free[folder])


def _remove_abandoned(parent: Path) -> None:
    for folder, is_alive in known_folders(parent):
        if not is_alive and os.access(folder, os.W_OK):
            shutil.rmtree(folder, ignore_errors=True)
