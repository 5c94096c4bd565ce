"""A window that is lost: on a real X server, photographed by whoever looks on."""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from benchmarks.faults.fault import Act, Fault
from benchmarks.faults.table import ServedTable

SCREEN = ":348"
_UP_WITHIN_S, _RESTART_S = 10.0, 2.0
_COMMAND = ["Xvfb", SCREEN, "-ac", "-noreset", "-nolisten", "tcp", "-screen", "0", "640x400x24"]
_MOST_WINDOWS = 64
_servers: list[subprocess.Popen[bytes]] = []


def window_faults(drawn_by: str = "") -> Iterator[Fault]:
    """Yield them. The screen's service starts again after two seconds, like the table's.

    Args:
        drawn_by: who draws the window, for the names of faults.
    """
    by = f" ({drawn_by})" if drawn_by else ""
    for what, call in (
        ("window destroyed", "XDestroyWindow"),
        ("window put out of sight", "XUnmapWindow"),
        ("window's connection cut", "XKillClient"),
    ):
        yield Fault(what + by, _on_screen(call), "stage", 3.0)
    yield Fault(
        "screen's server killed" + by,
        _server_killed,
        "stage",
        _RESTART_S + 3.0,
        _server_back,
        _RESTART_S,
    )


def lacks_screen() -> str:
    """Return what this machine has not got that a window needs."""
    return "" if shutil.which("Xvfb") else "Xvfb is not installed; on Debian: apt install xvfb"


def lacks_opengl() -> str:
    """Return what this machine has not got that a window needs which OpenGL draws."""
    missing = "moderngl is not installed; pip install moderngl"
    return lacks_screen() or ("" if find_spec("moderngl") else missing)


@contextmanager
def screen_on(_home: Path) -> Iterator[None]:
    """Let there be a screen until the end of the `with`."""
    _start()
    try:
        yield
    finally:
        _end()


def _start() -> None:
    server = subprocess.Popen(_COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _servers.append(server)
    socket, until = Path(f"/tmp/.X11-unix/X{SCREEN[1:]}"), time.monotonic() + _UP_WITHIN_S
    while not socket.exists():
        if time.monotonic() > until or server.poll() is not None:
            raise TimeoutError(f"Xvfb {SCREEN} did not come up")
        time.sleep(0.02)


def _end() -> None:
    while _servers:
        server = _servers.pop()
        server.kill()
        server.wait()
    for left in (f"/tmp/.X11-unix/X{SCREEN[1:]}", f"/tmp/.X{SCREEN[1:]}-lock"):
        Path(left).unlink(missing_ok=True)


def _server_killed(_table: ServedTable) -> None:
    _end()


def _server_back(_table: ServedTable) -> None:
    _start()


def _on_screen(call: str) -> Act:
    return lambda _: to_all_windows(SCREEN, call)


def to_all_windows(screen: str, call: str) -> None:
    """Call a function of Xlib with every window on a screen, as another client."""
    with _connected(screen) as (x11, display):
        for window in _windows(x11, display):
            getattr(x11, call)(display, window)
        x11.XSync(display, 0)


@contextlib.contextmanager
def _connected(screen: str) -> Iterator[tuple[ctypes.CDLL, ctypes.c_void_p]]:
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(screen.encode()))
    try:
        yield x11, display
    finally:
        x11.XCloseDisplay(display)


def _windows(x11: ctypes.CDLL, display: ctypes.c_void_p) -> list[ctypes.c_ulong]:
    root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
    found = ctypes.POINTER(ctypes.c_ulong)()
    top = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    given = (ctypes.byref(each) for each in (root, parent, found, count))
    x11.XQueryTree(display, top, *given)
    windows = [ctypes.c_ulong(found[n]) for n in range(min(count.value, _MOST_WINDOWS))]
    x11.XFree(found)
    return windows
