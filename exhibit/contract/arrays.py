"""Archives of arrays (`.npz`)."""

from __future__ import annotations

import contextlib
import struct
import tokenize
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from exhibit.contract.plain_files import open_plain

DAMAGES = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    MemoryError,
    SyntaxError,
    RuntimeError,
    AttributeError,
    BadZipFile,
    struct.error,
    tokenize.TokenError,
    zlib.error,
)
"""What readers of archives raise where bytes were changed: an impossible size, a bad header, a
compression or encryption that is none."""


@contextlib.contextmanager
def open_arrays(file: Path) -> Iterator[Any]:
    """Open an archive whose arrays are read by name; nothing in it can run.

    Raises:
        DAMAGES: it cannot be read. NumPy leaves such a file open, so it is opened here.
    """
    with open_plain(file) as opened, np.load(opened, allow_pickle=False) as arrays:
        yield arrays
