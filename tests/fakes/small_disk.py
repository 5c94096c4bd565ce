"""A file system of its own, in memory and small, which can be filled to the last byte."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

_FILLER = "filler"


@contextlib.contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """Mount one on a folder until the end of the `with`; the test is skipped where nobody may."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system is mounted by root alone")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Leave no byte on a file system."""
    with contextlib.suppress(OSError), (disk / _FILLER).open("ab", buffering=0) as file:
        for block in (1 << 16, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(block)):
                    pass


def empty(disk: Path) -> None:
    """Take away what filled it."""
    (disk / _FILLER).unlink(missing_ok=True)
