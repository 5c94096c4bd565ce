"""Giving memory back that only a start has needed."""

from __future__ import annotations

import ctypes
import gc
import sys


def settle() -> None:
    """Free what a start has left behind, and let the collector leave alone what stays.

    glibc keeps what was freed for the next who asks, which after a start is nobody.
    """
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "malloc_trim"):
            library.malloc_trim(0)
