"""The page's server in a test, and the page's process with nothing around it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from http.client import HTTPSConnection
from pathlib import Path

import psutil

from exhibit.contract.board import read_status
from exhibit.contract.settings.operator import OperatorConfig
from exhibit.contract.settings.schema import Config
from exhibit.operator.server import Server
from tests.fakes.settings import begin_with
from tests.patience import PATIENCE_S, wait_until

HOST = "testserver"


def port_of(server: Server) -> int:
    """Return the port that the page names."""
    return int(server.url.rsplit(":", 1)[1].strip("/"))


@contextlib.asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Server]:
    """Serve until the block ends."""
    running = asyncio.create_task(server.serve_here())
    while not server.started:
        await asyncio.sleep(0)
    yield server
    server.should_exit = True
    await running
    while server._crowd._from:  # transports close with the loop that they belong to
        await asyncio.sleep(0)


async def leave(writer: asyncio.StreamWriter) -> None:
    """End a connection from this side, whatever the other side does."""
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


class Page:
    """The page's process with nothing around it."""

    def __init__(self, tmp_path: Path, **page: object) -> None:
        self.run_dir = tmp_path / "run"
        self.run_dir.mkdir()
        config = Config(
            state_dir=tmp_path / "state",
            operator=OperatorConfig.model_validate({"port": 0, **page}),
        )
        begin_with(self.run_dir, config)
        command = [sys.executable, "-m", "exhibit.operator", "--run-dir", str(self.run_dir)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        wait_until(self._status, "the page serves")

    def _status(self) -> dict[str, object]:
        if self.process.poll() is not None:
            assert self.process.stderr is not None
            raise AssertionError(self.process.stderr.read())
        return read_status(self.run_dir, "operator")

    @property
    def port(self) -> int:
        """Where it serves on this machine."""
        return int(str(self._status()["url"]).rsplit(":", 1)[1].strip("/"))

    @property
    def descriptors(self) -> int:
        """How many files and connections the process holds open."""
        return psutil.Process(self.process.pid).num_fds()

    def ask(self, path: str, source: str = "127.0.0.1") -> int:
        """Return the status of an answer; 0 where the connection is closed without one."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        connection = HTTPSConnection(
            "127.0.0.1",
            self.port,
            context=trusting,
            timeout=PATIENCE_S,
            source_address=(source, 0),
        )
        with contextlib.closing(connection), contextlib.suppress(ConnectionError, ssl.SSLEOFError):
            connection.request("GET", f"/{path}")
            return connection.getresponse().status
        return 0
