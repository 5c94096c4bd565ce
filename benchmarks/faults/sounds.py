"""A sound device that goes and comes back, and a machine without PortAudio."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults.fault import KILL, Fault, both, orders, sends
from benchmarks.faults.table import ServedTable
from benchmarks.null_sink import null_sink

SERVER = Path("/dev/shm/sound")
"""Where the sound server is reached: a short name, and nobody else's."""
_servers: list[contextlib.ExitStack] = []


def sound_faults() -> Iterator[Fault]:
    """Yield them."""
    yield Fault("sound device gone", _device_gone, "no sound", mend=_device_back, goes=True)
    killed = sends("sound", KILL)
    yield Fault(
        "PortAudio missing",
        both(orders("no-portaudio", "so"), killed),
        "PortAudio is not installed",
        mend=both(orders("no-portaudio", ""), killed),
        goes=True,
    )


def lacks_sound() -> str:
    """Return what this machine has not got that a device needs."""
    there = shutil.which("pulseaudio") and shutil.which("pactl")
    needed = "pulseaudio pulseaudio-utils libasound2-plugins libportaudio2"
    return "" if there else f"PulseAudio is not installed; on Debian: apt install {needed}"


@contextmanager
def device_plugged_in(_home: Path) -> Iterator[None]:
    """Let there be a sound device: a null sink, which a clock paces."""
    SERVER.mkdir(mode=0o700, exist_ok=True)
    _device_back(None)
    try:
        yield
    finally:
        _device_gone(None)
        shutil.rmtree(SERVER, ignore_errors=True)


def _device_gone(_table: ServedTable | None) -> None:
    while _servers:
        _servers.pop().close()


def _device_back(_table: ServedTable | None) -> None:
    stack = contextlib.ExitStack()
    stack.enter_context(null_sink(SERVER))
    _servers.append(stack)
