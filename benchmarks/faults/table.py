"""A table of real processes, run as a service would run it, and looked at from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from exhibit.contract.board import RUN_PREFIX, Heart
from exhibit.contract.settings.published import read_published
from exhibit.contract.socket_address import socket_address
from exhibit.contract.table_state import State, TableState

_ROOT = Path(__file__).resolve().parents[2]
_RESTART_S = 2.0
"""As `RestartSec` of the unit."""
_LOOK_EVERY_S = 0.02
_COMMAND = [sys.executable, "-c", "from exhibit.cli import main; main()", "run", "--headless"]


class ServedTable:
    """`exhibit run` on the simulated table, started again when it ends, as systemd would.

    Args:
        home: the folder with config.yaml and state.
        memory: where run folders are made.
        config: nested by section.
    """

    def __init__(self, home: Path, memory: Path, config: dict[str, Any]) -> None:
        self.home, self._memory = home, memory
        (home / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with socket_address(home / "manager.sock") as address:
            self._manager.bind(address)
        self._restart_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._state: TableState | None = None
        self._folder: Path | None = None
        self.longest_gap_s = 0.0
        self._shown_at = time.monotonic()
        self.start()

    def start(self) -> None:
        """Start the table."""
        environment = {**os.environ, "NOTIFY_SOCKET": str(self.home / "manager.sock")}
        # The table of this checkout, wherever another one is installed.
        path = f"{_ROOT}{os.pathsep}{_ROOT / 'benchmarks' / 'faults' / 'grows'}"
        environment |= {"TMPDIR": str(self._memory), "PYTHONPATH": path}
        self._process = subprocess.Popen(
            [*_COMMAND, "--config", str(self.home / "config.yaml")],
            cwd=self.home,
            env=environment,
            stdout=(self.home / "said.txt").open("ab"),
            stderr=subprocess.STDOUT,
        )
        self._state, self._folder = None, None

    @property
    def pid(self) -> int:
        """Of the supervisor."""
        assert self._process is not None
        return self._process.pid

    @property
    def folder(self) -> Path:
        """The run folder; raises FileNotFoundError before there is one."""
        if self._folder is None or not self._folder.exists():
            found = list(self._memory.glob(f"{RUN_PREFIX}{self.pid}-*"))
            if not found:
                raise FileNotFoundError("the run folder is not there yet")
            self._folder, self._state = found[0], None
        return self._folder

    def look(self) -> State | None:
        """Return the state as the page gathers it; None while there is none."""
        try:
            folder = self.folder
            if self._state is None:
                self._state = TableState(folder)
            return self._state.look()
        except (OSError, ValueError):
            return None

    def live(self) -> None:
        """Do what systemd does, and note how long the stage has shown nothing."""
        assert self._process is not None
        now = time.monotonic()
        if self._process.poll() is not None:
            self._restart_at = self._restart_at or now + _RESTART_S
            if now >= self._restart_at:
                self._restart_at = 0.0
                self.start()
        with contextlib.suppress(OSError, ValueError):
            self._shown_at = max(self._shown_at, Heart(self.folder, "stage").last)
        self.longest_gap_s = max(self.longest_gap_s, now - self._shown_at)
        with contextlib.suppress(BlockingIOError):
            while self._manager.recv(4096, socket.MSG_DONTWAIT):
                pass
        time.sleep(_LOOK_EVERY_S)

    def begin_to_watch(self) -> None:
        """Forget how long the stage has shown nothing so far."""
        self.longest_gap_s, self._shown_at = 0.0, time.monotonic()

    def process(self, name: str) -> int:
        """Return the id of a process of the table; raises KeyError while there is none."""
        state = self.look()
        pid = None if state is None else state["processes"].get(name, {}).get("pid")
        if pid is None:
            raise KeyError(name)
        return int(pid)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process, or to the supervisor."""
        os.kill(self.pid if name == "supervisor" else self.process(name), number)

    def kept(self) -> tuple[Any, dict[str, Any]]:
        """Return what may not be lost: the overrides on the disk, and the settings in force."""
        path = self.home / "state" / "overrides.yaml"
        saved = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
        return saved, read_published(self.folder).config.model_dump(mode="json")

    def end(self) -> None:
        """End the table."""
        assert self._process is not None
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._manager.close()
