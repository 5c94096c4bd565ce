"""A table of real processes, run as a service would run it, and looked at from outside."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import ImageGrab

from exhibit.contract.board import RUN_PREFIX, Heart, read_status
from exhibit.contract.files import write_whole
from exhibit.contract.settings.published import read_published
from exhibit.contract.settings.safe_mode import safe_mode_reason
from exhibit.contract.socket_address import socket_address
from exhibit.contract.table_state import State, TableState
from exhibit.operator.access.accounts import Accounts
from exhibit.operator.access.roles import Role

_ROOT = Path(__file__).resolve().parents[2]
_RESTART_S = 2.0
"""As `RestartSec` of the unit."""
_LOOK_EVERY_S = 0.02
_ANSWERS_WITHIN_S, _A_MOMENT_S = 20.0, 1.0
ORDERS = "TRACING_TABLE_FAULTS_ORDERS"
"""The variable that tells the table's processes where orders lie; see `inside/sitecustomize.py`."""
_COMMAND = [sys.executable, "-c", "from exhibit.cli import main; main()", "run"]
_PASSWORD = "a pencil on thin paper"
_PHOTOGRAPHED_EVERY_S = 0.1
_BLACK = 8
"""Of 255; no more is anywhere in a photograph of nothing."""


class ServedTable:
    """`exhibit run`, started again when it ends, as systemd would.

    SIGTERM raises SystemExit from now on, so that whoever has a table can end it.

    Args:
        home: the folder with config.yaml and state.
        memory: where run folders are made.
        config: nested by section.
        environment: of its processes, beside that of this one.
        screen: of an X server that its window is on; without one it shows on a web address.
    """

    def __init__(
        self,
        home: Path,
        memory: Path,
        config: dict[str, Any],
        environment: Mapping[str, str] | None = None,
        screen: str = "",
    ) -> None:
        self.home, self._memory, self._screen = home, memory, screen
        self._environment = {**(environment or {}), **({"DISPLAY": screen} if screen else {})}
        self._photograph_due = 0.0
        (home / "orders").mkdir(exist_ok=True)
        accounts = Accounts(home / "state")
        accounts.set_password(_PASSWORD)
        self._token = accounts.add_token("who strikes", Role.OPERATOR)
        (home / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with socket_address(home / "manager.sock") as address:
            self._manager.bind(address)
        signal.signal(signal.SIGTERM, _as_ctrl_c_does)
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
        path = f"{_ROOT}{os.pathsep}{_ROOT / 'benchmarks' / 'faults' / 'inside'}"
        environment |= {"TMPDIR": str(self._memory), "PYTHONPATH": path}
        environment |= {ORDERS: str(self.home / "orders"), **self._environment}
        how = [] if self._screen else ["--headless"]
        self._process = subprocess.Popen(
            [*_COMMAND, *how, "--config", str(self.home / "config.yaml")],
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
            state = self._state.look()
        except (OSError, ValueError):
            return None
        if why := safe_mode_reason(self.home / "state"):
            state["reasons"].insert(0, {"code": "safe_mode", "text": f"safe mode: {why}"})
        return state

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
            if not self._screen:
                self._shown_at = max(self._shown_at, Heart(self.folder, "stage").last)
            elif now >= self._photograph_due:
                self._photograph_due = now + _PHOTOGRAPHED_EVERY_S
                picture = ImageGrab.grab(xdisplay=self._screen)
                if np.asarray(picture.convert("L")).max() > _BLACK:
                    self._shown_at = now
        self.longest_gap_s = max(self.longest_gap_s, now - self._shown_at)
        with contextlib.suppress(BlockingIOError):
            while self._manager.recv(4096, socket.MSG_DONTWAIT):
                pass
        time.sleep(_LOOK_EVERY_S)

    @property
    def shows(self) -> bool:
        """Whether there was a picture a moment ago."""
        return time.monotonic() - self._shown_at < _A_MOMENT_S

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

    def order(self, name: str, text: str) -> None:
        """Give an order to what is made up in the processes; an empty one is taken back."""
        file = self.home / "orders" / name
        if text:
            write_whole(file, text)
        else:
            file.unlink(missing_ok=True)

    def ask(self, path: str, body: dict[str, Any]) -> int:
        """Send a request to the page, as a person with a browser would; returns its status."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        head = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection = HTTPSConnection(
            "127.0.0.1", self.page_port(), context=trusting, timeout=_ANSWERS_WITHIN_S
        )
        with contextlib.closing(connection):
            connection.request("POST", f"/api/v1/{path}", json.dumps(body), head)
            return connection.getresponse().status

    def page_port(self) -> int:
        """Return where the page serves; waits for it, since it comes up last."""
        while "url" not in (told := read_status(self.folder, "operator")):
            self.live()
        return int(str(told["url"]).rsplit(":", 1)[1].strip("/"))

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


def _as_ctrl_c_does(number: int, _: object) -> None:
    raise SystemExit(128 + number)
