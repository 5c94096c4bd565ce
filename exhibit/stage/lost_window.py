"""A window that an X server has taken away: the process ends at once, and gets another one."""

from __future__ import annotations

import contextlib
import ctypes
import os
from typing import Any

_XLIB = "libX11.so.6"
_STDERR = 2
_SAID = b"Error: the X server has taken the window away, or refuses to draw in it\n"
_handlers: list[Any] = []


def end_when_lost() -> None:
    """End the process at the first error that the X server tells.

    Xlib ends it too, but in order: that asks the server for more while Xlib's own lock is held, and
    hangs for ever.
    """
    if _handlers:
        return
    with contextlib.suppress(OSError):
        xlib = ctypes.CDLL(_XLIB)
        handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_end)
        xlib.XSetErrorHandler(handler)
        _handlers.append(handler)  # Xlib calls it, and does not own it


def _end(_display: int, _error: int) -> int:
    os.write(_STDERR, _SAID)
    os._exit(1)
