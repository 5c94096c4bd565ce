"""The network that goes away, ports that others have, a page that is flooded.

The run has a network of its own, with one address beside that of the machine itself. Page, broker
and webhook are there; the network is lost when the address is.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.faults.fault import END, KILL, STARTED_S, Fault, both, sends
from benchmarks.faults.table import ServedTable

ADDRESS = "10.99.0.1"
_PAGE, _STAGE, _BROKER, _HOOK = 18443, 18080, 18883, 18081
_FLOOD = 1100
_TAKEN_WITHIN_S = 10.0

CONFIG: dict[str, Any] = {
    "web": {"port": _STAGE},
    "operator": {"host": ADDRESS, "port": _PAGE},
    "mqtt": {"enabled": True, "host": ADDRESS, "port": _BROKER},
    "notices": {"webhook": f"http://{ADDRESS}:{_HOOK}/", "pause_min": 1},
}


def network_faults() -> Iterator[Fault]:
    """Yield them."""
    yield Fault(
        "webhook refuses",
        both(_hook_closed, sends("engine", KILL)),
        "webhook",
        mend=_hook_open,
        mend_after_s=30.0,
        mend_told=True,
        goes=True,
        well_s=60.0,
    )
    yield Fault(
        "network lost 45 s",
        _lost,
        f"mqtt: {ADDRESS}",
        mend=_back,
        mend_after_s=45.0,
        mend_told=True,
        goes=True,
        holds=_reached,
    )
    yield Fault(
        "page flooded, 1,100 connections",
        _page_flooded,
        "too many connections",
        mend=_flood_over,
    )
    yield Fault(
        "ports taken, table started",
        _ports_taken,
        "is taken",
        STARTED_S,
        mend=_ports_free,
        mend_after_s=15.0,
        mend_told=True,
        goes=True,
    )


def lacks_network() -> str:
    """Return what this machine has not got that a network needs."""
    return "" if shutil.which("mosquitto") else "mosquitto is not installed; apt install mosquitto"


def begin_network() -> None:
    """Let this process's own network reach itself."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


@contextmanager
def network(home: Path) -> Iterator[None]:
    """Let there be the address, a broker and a webhook until the end of the `with`."""
    _back(None)
    file = home / "mosquitto.conf"
    file.write_text(f"user root\nlistener {_BROKER} 0.0.0.0\nallow_anonymous true\n")
    command = ["mosquitto", "-c", str(file)]
    broker = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _hook_open(None)
    try:
        yield
    finally:
        _hook_closed(None)
        broker.terminate()
        broker.wait()
        _lost(None)


def _lost(_table: ServedTable | None) -> None:
    subprocess.run(["ip", "addr", "del", f"{ADDRESS}/32", "dev", "lo"], check=True)


def _back(_table: ServedTable | None) -> None:
    subprocess.run(["ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)


def _reached(_table: ServedTable) -> bool:
    """Return whether the page takes connections on the network."""
    with contextlib.suppress(OSError), socket.create_connection((ADDRESS, _PAGE), timeout=0.5):
        return True
    return False


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(HTTPStatus.NO_CONTENT)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


_hooks: list[ThreadingHTTPServer] = []


def _hook_open(_table: ServedTable | None) -> None:
    _hooks.append(ThreadingHTTPServer(("0.0.0.0", _HOOK), _Hook))
    threading.Thread(target=_hooks[-1].serve_forever, daemon=True).start()


def _hook_closed(_table: ServedTable | None) -> None:
    while _hooks:
        hook = _hooks.pop()
        hook.shutdown()
        hook.server_close()


_held: list[socket.socket] = []


def _page_flooded(table: ServedTable) -> None:
    port = table.page_port()
    for _ in range(_FLOOD):
        with contextlib.suppress(OSError):
            _held.append(socket.create_connection(("127.0.0.1", port), timeout=0.05))


def _flood_over(_table: ServedTable | None) -> None:
    while _held:
        _held.pop().close()


def _ports_taken(table: ServedTable) -> None:
    """End the table, and be quicker than the next one."""
    table.signal("supervisor", END)
    until = time.monotonic() + _TAKEN_WITHIN_S
    for port in (_PAGE, _STAGE):
        while time.monotonic() < until:
            taking = socket.socket()
            taking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taking.bind(("0.0.0.0", port))
                taking.listen()
                _held.append(taking)
                break
            except OSError:
                taking.close()
                time.sleep(0.01)


def _ports_free(table: ServedTable) -> None:
    _flood_over(None)
    for name in ("operator", "web"):
        table.signal(name, KILL)
