"""A window that an X server has taken away: the process ends at once, and gets another one."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable
from typing import Any

import pygame

_XLIB = "libX11.so.6"
_STDERR = 2
_ATTRIBUTES_BYTES = 256
"""More than Xlib's XWindowAttributes takes."""
_pointer_in = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)
_SAID = b"Error: the X server has taken the window away, refuses to draw in it, or is gone\n"
_handlers: list[Any] = []
_first: list[Callable[[], None]] = []


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
        cut = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(_end)
        xlib.XSetErrorHandler(handler)
        xlib.XSetIOErrorHandler(cut)
        _handlers.extend((handler, cut))  # Xlib calls them, and does not own them


def end_if_lost() -> None:
    """End the process if the X server has taken its window away.

    To be asked before OpenGL draws a frame: Mesa speaks past Xlib with the server, and waits for
    ever for a window that is gone. Without a window on an X server nothing is done.
    """
    if not _handlers:
        return
    known = pygame.display.get_wm_info()
    server = ctypes.c_void_p(_pointer_in(known["display"], b"display"))
    told = ctypes.create_string_buffer(_ATTRIBUTES_BYTES)
    ctypes.CDLL(_XLIB).XGetWindowAttributes(server, ctypes.c_ulong(known["window"]), told)


def before_end(do: Callable[[], None]) -> None:
    """Do something before the process ends so."""
    _first.append(do)


def _end(_display: int, _error: int = 0) -> int:
    os.write(_STDERR, _SAID)
    for do in _first:
        do()
    os._exit(1)
