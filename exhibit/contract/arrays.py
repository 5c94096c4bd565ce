"""Archives of arrays (`.npz`)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np


@contextlib.contextmanager
def open_arrays(file: Path) -> Iterator[Any]:
    """Open an archive whose arrays are read by name; nothing in it can run.

    Raises:
        OSError, ValueError, BadZipFile: it cannot be read. NumPy leaves such a file open, so it is
            opened here.
    """
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
        yield arrays
