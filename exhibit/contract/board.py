"""What the processes tell each other: heartbeats, status and orders. Settings are state, elsewhere.

All of it lives in the run folder, so that a process that was killed leaves nothing locked:
`<name>.beat` (when it last showed life), `<name>.status.json` (what it says of itself) and
`<name>.sock` (a datagram socket that takes commands; the kernel bounds its queue).
"""

from __future__ import annotations

import contextlib
import functools
import json
import mmap
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exhibit.contract.files import tell
from exhibit.contract.socket_address import socket_address

RUN_PREFIX, SHARED_MEMORY = "tracing-table-", Path("/dev/shm")
"""How names of run folders begin, and where they are made, unless it is full."""
_BEAT_BYTES = 8
_COMMAND_BYTES = 65536


class Heart:
    """The heartbeat of one process: monotonic seconds of its last sign of life."""

    def __init__(self, run_dir: Path, name: str) -> None:
        path = run_dir / f"{name}.beat"
        if not path.exists() or path.stat().st_size < _BEAT_BYTES:
            path.write_bytes(bytes(_BEAT_BYTES))
        with path.open("r+b") as file:
            # A view stores its item at once. `struct.pack_into` clears the bytes first, and a
            # reader in between would take a living process for one that never showed life.
            self._beat = memoryview(mmap.mmap(file.fileno(), _BEAT_BYTES)).cast("d")

    def beat(self) -> None:
        """Say that the process is alive and getting on with its work."""
        self._beat[0] = time.monotonic()

    def clear(self) -> None:
        """Forget the last beat, before the process is started again."""
        self._beat[0] = 0.0

    @property
    def last(self) -> float:
        """Monotonic seconds of the last beat, 0.0 before the first."""
        return self._beat[0]


def write_status(run_dir: Path, name: str, status: Mapping[str, Any]) -> bool:
    """Publish what a process says of itself, whole or not at all; False without room in memory."""
    return tell(_status_file(run_dir, name), json.dumps(status))


def read_status(run_dir: Path, name: str) -> dict[str, Any]:
    """Return the last status of a process, empty before its first."""
    try:
        status = json.loads(_status_file(run_dir, name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return status if isinstance(status, dict) else {}


def clear_status(run_dir: Path, name: str) -> None:
    """Forget the status of a process that ended."""
    _status_file(run_dir, name).unlink(missing_ok=True)


@functools.lru_cache(maxsize=64)
def _status_file(run_dir: Path, name: str) -> Path:
    # pathlib interns every part of a path. Names that come and go many times a second fill Python's
    # table of interned strings with holes, until it is made anew and a megabyte larger.
    return run_dir / f"{name}.status.json"


class CommandInbox:
    """Commands to one process: bounded, never waited for, drained once per tick."""

    def __init__(self, run_dir: Path, name: str) -> None:
        self._path = run_dir / f"{name}.sock"
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with socket_address(self._path) as address:
            self._socket.bind(address)
        self._socket.setblocking(False)

    def drain(self) -> list[dict[str, Any]]:
        """Return the commands that came since the last call, oldest first.

        What is not a JSON object is dropped: no message may end the process that receives it.
        """
        commands = []
        with contextlib.suppress(BlockingIOError):
            while True:
                message = self._socket.recv(_COMMAND_BYTES)
                with contextlib.suppress(ValueError):
                    command = json.loads(message)
                    if isinstance(command, dict):
                        commands.append(command)
        return commands

    def close(self) -> None:
        """Close and remove the socket."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


def send_command(run_dir: Path, name: str, command: Mapping[str, Any]) -> bool:
    """Send one command, for example `{"do": "freeze", "on": true}`.

    Returns:
        False where the process is not there or its queue is full; the sender never waits.

    Raises:
        ValueError: the command is longer than a receiver reads.
    """
    message = json.dumps(command).encode()
    if len(message) > _COMMAND_BYTES:
        raise ValueError(f"command of {len(message)} bytes, at most {_COMMAND_BYTES} are read")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        try:
            with socket_address(run_dir / f"{name}.sock") as address:
                sender.sendto(message, address)
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
            return False
    return True
