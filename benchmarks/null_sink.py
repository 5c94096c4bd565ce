"""A sound device on a machine with none: PulseAudio's null sink, which a clock paces.

ALSA's own null takes sound as fast as it is given, so nothing can be measured on it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

SINK = "museum"
_MODULES = (f"module-null-sink sink_name={SINK}", "module-native-protocol-unix")
_START_WITHIN_S = 20.0
_REALTIME = 2


@contextmanager
def null_sink(folder: Path | None = None) -> Iterator[None]:
    """Run a sound server of our own until the end of the `with`, and let this process use it.

    Args:
        folder: where it is reached, as XDG_RUNTIME_DIR says; None takes one of its own.

    Raises:
        ClickException: PulseAudio is not installed, or does not start.
    """
    if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
        raise click.ClickException(
            "PulseAudio is not installed; on Debian: "
            "apt install pulseaudio pulseaudio-utils libasound2-plugins"
        )
    loaded = [part for module in _MODULES for part in ("-L", module)]
    command = ["pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "-n", *loaded]
    with tempfile.TemporaryDirectory() as own:
        before = {key: os.environ.get(key) for key in ("XDG_RUNTIME_DIR", "PULSE_SERVER")}
        os.environ["XDG_RUNTIME_DIR"] = str(folder or own)
        os.environ.pop("PULSE_SERVER", None)
        server = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_take_precedence,
        )
        try:
            _wait_for(server)
            yield
        finally:
            server.terminate()
            server.wait()
            for key, value in before.items():
                if value is None:
                    os.environ.pop(key, None)
                else:
                    os.environ[key] = value


def _take_precedence() -> None:
    """Let the server stand in for a device, which no busy processor holds up."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_REALTIME))


def pactl(*arguments: str) -> str:
    """Ask the sound server; returns what it says."""
    done = subprocess.run(["pactl", *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def _wait_for(server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise click.ClickException("PulseAudio does not start")
        time.sleep(0.1)
