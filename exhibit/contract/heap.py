"""What a process keeps of the memory that it has asked for."""

from __future__ import annotations

import ctypes
import gc
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_PIECE = 1 << 15


def give_back_from(size: int) -> None:
    """Give blocks of `size` bytes and more back to the system as soon as they are freed.

    They are asked of the system each time, which costs what the pages of a fresh block do.
    """
    _set(_M_MMAP_THRESHOLD, size)


def trim_beyond(size: int) -> None:
    """Give the heap's end back to the system once more than `size` bytes of it are free."""
    _set(_M_TRIM_THRESHOLD, size)


def share_one_heap() -> None:
    """Let threads that are still to come find room in each other's holes; before the first."""
    _set(_M_ARENA_MAX, 1)


def settle() -> None:
    """Give back what only a start has needed, and let the collector leave alone what stays.

    glibc keeps what was freed for the next who asks, which after a start is nobody.
    """
    gc.collect()
    gc.freeze()
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def hold_ready(size_mb: int) -> None:
    """Make so much of the heap resident before anybody asks for it.

    Memory that is used for a moment, and rarely, would otherwise be asked of the system in that
    moment, be late, and stay: as if the process grew.
    """
    library = _glibc()
    if library is None:
        return
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    pieces = [library.malloc(_PIECE) for _ in range(size_mb * (1 << 20) // _PIECE)]
    for piece in filter(None, pieces):
        ctypes.memset(piece, 0, _PIECE)
    for piece in pieces:
        library.free(piece)


def _set(which: int, value: int) -> None:
    library = _glibc()
    if library is not None:
        library.mallopt(which, value)


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "malloc_trim") else None
