"""The stage as live pictures in a browser: page, single views and streams.

A process of its own that reads what stage and engine publish; neither ever waits for a viewer.
"""

from __future__ import annotations

import contextlib
import errno
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from exhibit.contract.board import Heart, write_status
from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.schema import WebConfig
from exhibit.contract.table_state import TableState
from exhibit.web.view import View

_PAGE = Path(__file__).parent / "page"
_STATIC = {
    "/": ("page.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
}
_NAMES = ("localhost", "127.0.0.1")
_STREAMS = 8
_MOST = 64
"""Connections at one time: each takes a thread and a descriptor, also one that says nothing."""
_TOLD_FOR_S = 60.0
_HEAD_WITHIN_S = 5.0
_SEND_TIMEOUT_S = 3.0
_LOOK_EVERY_S = 0.04
_REPEAT_EVERY_S = 2.0
_BOUNDARY = "picture"
_PART = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'"
)


class WebServer(ThreadingHTTPServer):
    """Serves the page, single views and a bounded number of streams.

    Attributes:
        status: what this process says of itself.
    """

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, address: tuple[str, int], run_dir: Path) -> None:
        super().__init__(address, _Handler)
        self.run_dir, self.table = run_dir, TableState(run_dir)
        self.status: dict[str, Any] = {}
        self._told: dict[str, Any] = {}
        self.streams = threading.BoundedSemaphore(_STREAMS)
        self.views = {
            "/stage.jpg": View(run_dir / "composite.slot"),
            "/camera.jpg": View(run_dir / "camera.slot"),
            "/ink.jpg": View(run_dir / "ink.slot"),
        }
        self.on_beat: Callable[[], None] | None = None
        self._heart = Heart(run_dir, "web")
        self._arriving_since: dict[Any, float] = {}
        self._turned_away_at = float("-inf")

    def service_actions(self) -> None:
        """Show life and say what there is to say; called about twice a second while serving."""
        self._heart.beat()
        if self.on_beat is not None:
            self.on_beat()
        self._close_late(time.monotonic() - _HEAD_WITHIN_S)
        if self.status != self._told and write_status(self.run_dir, "web", self.status):
            self._told = self.status

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Return whether there is room for one more connection."""
        if len(self._arriving_since) < _MOST:
            return True
        self._turned_away_at = time.monotonic()
        return False

    @property
    def faults(self) -> list[str]:
        """What the operator should know of those who look."""
        if time.monotonic() - self._turned_away_at > _TOLD_FOR_S:
            return []
        return [f"the stage in the browser has too many connections: more than {_MOST}"]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Begin to wait for what a connection asks."""
        self._arriving_since[request] = time.monotonic()
        super().process_request(request, client_address)

    def arrived(self, request: Any) -> None:
        """Say that a connection has asked all that it asks."""
        self._arriving_since[request] = float("inf")

    def shutdown_request(self, request: Any) -> None:
        """Close a connection and count it no more."""
        self._arriving_since.pop(request, None)
        super().shutdown_request(request)

    def _close_late(self, before: float) -> None:
        # Byte by byte, a request would keep its thread for ever: its own time limit is for a byte.
        for request, since in list(self._arriving_since.items()):
            if since < before:
                with contextlib.suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Drop a viewer that went away or was too slow; it is no fault of the table."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: WebServer
    timeout = _SEND_TIMEOUT_S
    server_version, sys_version = "TracingTable", ""

    def do_GET(self) -> None:
        self.server.arrived(self.connection)
        path = self.path.partition("?")[0]
        if not self._asks_for_this_host():
            self.send_error(HTTPStatus.FORBIDDEN, "this address is not served here")
        elif path in _STATIC:
            name, kind = _STATIC[path]
            self._answer((_PAGE / name).read_bytes(), kind)
        elif path == "/state.json":
            state = describe_table(self.server.table.look())
            self._answer(json.dumps(state).encode(), "application/json")
        elif path == "/stage.mjpg":
            self._stream()
        elif path in self.server.views:
            picture = self.server.views[path].newest()
            if picture is None:
                self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "no picture yet")
            else:
                self._answer(picture.jpeg, "image/jpeg")
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Keep no log of viewers."""

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", _POLICY)
        super().end_headers()

    def _asks_for_this_host(self) -> bool:
        # A foreign page may let its own name point here and read along (DNS rebinding).
        host = self.headers.get("Host", "")
        try:
            parts = urlsplit(f"//{host}")
            name = parts.hostname
        except ValueError:
            return False
        served = str(self.server.server_address[0])
        return parts.netloc == host and "@" not in host and name in (served, *_NAMES)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        if not self.server.streams.acquire(blocking=False):
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, f"{_STREAMS} people already watch")
            return
        try:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
            self.end_headers()
            self.wfile.write(_PART)
            self._send_pictures()
        finally:
            self.server.streams.release()

    def _send_pictures(self) -> None:
        sent, repeat_at = 0, 0.0
        while True:
            now = time.monotonic()
            picture = self.server.views["/stage.jpg"].newest()
            if picture is not None and (picture.version != sent or now >= repeat_at):
                sent, repeat_at = picture.version, now + _REPEAT_EVERY_S
                # The head of the next part goes with a picture: browsers show a picture when they
                # have read that, and with the next picture it would come one picture too late.
                self.wfile.write(picture.jpeg + b"\r\n" + _PART)
            time.sleep(_LOOK_EVERY_S)


def describe_table(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page says about the table.

    Args:
        state: as `TableState` gathers it.
    """
    stage, engine = state["stage"], state["engine"]
    return {
        "stage": stage["state"],
        "stage_alive": stage["alive"],
        "engine": engine["state"],
        "engine_alive": engine["alive"],
        "simulated": engine["simulated"],
        "camera": engine["camera"],
        "bundle": engine["bundle"],
        "provider": engine["provider"],
        "fps": state["fps"],
        "camera_to_light_p95_ms": state["latency_p95_ms"],
        "mirror": stage["mirror"],
        "rotate": stage["rotate"],
        "faults": [*stage["faults"], *engine["faults"]],
    }


def open_server(config: WebConfig, run_dir: Path) -> tuple[WebServer, list[str]]:
    """Return a server on the configured address, or on a free port where that one is taken.

    Returns:
        the server, and what the operator should know.

    Raises:
        ConfigError: nothing can be served on `web.host`.
    """
    try:
        return WebServer((config.host, config.port), run_dir), []
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise ConfigError(
                f"web.host: {config.host}: {error.strerror}; expected an address of this machine"
            ) from None
    server = WebServer((config.host, 0), run_dir)
    return server, [f"web.port: {config.port} is taken; serving on {server.server_port} instead"]


def url_of(server: WebServer) -> str:
    """Return the address that a browser on this machine reaches the server at."""
    host = str(server.server_address[0])
    return f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}/"
