"""Three real tables under Debian's Prometheus and Alertmanager, two of them struck.

    apt install prometheus prometheus-alertmanager
    python -m benchmarks.fleet --out fleet.json

All run on this machine, on ports of their own. The camera of one table vanishes, another is killed
whole; measured is how long until Alertmanager tells of it, what is told of the third (nothing), and
what being read every 15 s costs a table's page.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import cv2
import psutil
import yaml

from benchmarks.operator_load import Visitor, page_process, page_url
from exhibit.camera.simulated import DIFFICULTIES, SimulatedTable
from exhibit.operator.access.accounts import Accounts
from exhibit.operator.access.roles import Role
from exhibit.operator.access.secrets import generate_password

_FLEET = Path(__file__).resolve().parents[1] / "fleet" / "prometheus"
_NAMES = ("north", "south", "west")
_SCRAPE_S = 15.0
_READS = 100
_STEADY_S, _LONGEST_S = 45.0, 180.0
_FRAMES, _FPS = 30, 15


@dataclass(slots=True)
class Told:
    """What Alertmanager told, and when: (table, alarm) to monotonic seconds."""

    first: dict[tuple[str, str], float] = field(default_factory=dict)

    def hear(self, alerts: list[dict[str, Any]]) -> None:
        """Take a message of Alertmanager's webhook."""
        for alert in alerts:
            if alert["status"] == "firing":
                labels = alert["labels"]
                self.first.setdefault((labels["table"], labels["alertname"]), time.monotonic())


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False))
def main(out: Path | None) -> None:
    """Strike two of three tables and wait for their alarms."""
    for program in ("prometheus", "prometheus-alertmanager"):
        if shutil.which(program) is None:
            raise click.ClickException(f"{program} is not installed; apt install {program}")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        found = _measure(Path(name), stack)
    text = json.dumps(found, indent=1)
    click.echo(text)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")


def _measure(folder: Path, stack: contextlib.ExitStack) -> dict[str, Any]:
    told = Told()
    _film(folder / "film")
    secret, urls, pids = "", {}, {}
    for name in _NAMES:
        home = folder / name
        accounts = Accounts(home / "state")
        accounts.set_password(generate_password())
        secret = accounts.add_token("fleet", Role.VIEWER, secret)
        source = str(folder / "film") if name == "south" else "simulated"
        urls[name], pids[name] = stack.enter_context(_table(home, source))
    sink = stack.enter_context(_listening(told))
    stack.enter_context(_prometheus(folder, urls, secret, sink))
    time.sleep(_STEADY_S)
    cost = _cost(Visitor(urls["west"], secret), page_process(pids["west"]))
    began_at = {"south": time.monotonic()}
    shutil.rmtree(folder / "film")
    _wait(lambda: ("south", "TableCamera") in told.first or ("south", "TableFault") in told.first)
    began_at["north"] = time.monotonic()
    os.killpg(pids["north"], signal.SIGKILL)
    _wait(lambda: ("north", "TableGone") in told.first)
    return {
        "alarms": [
            {"table": table, "alarm": alarm, "after_s": round(at - began_at[table], 1)}
            for (table, alarm), at in sorted(told.first.items(), key=lambda item: item[1])
            if at > began_at.get(table, at)
        ],
        "alarms_without_a_fault": [
            [table, alarm]
            for (table, alarm), at in told.first.items()
            if at <= began_at.get(table, at)
        ],
        "read_every_s": _SCRAPE_S,
        "page_cpu_percent_for_being_read": cost,
        "load": os.getloadavg()[0],
    }


def _wait(over: Callable[[], bool]) -> None:
    until = time.monotonic() + _LONGEST_S
    while not over() and time.monotonic() < until:
        time.sleep(0.2)


def _film(folder: Path) -> None:
    """Write what one table's camera sees, so that it can vanish."""
    folder.mkdir()
    table = SimulatedTable(DIFFICULTIES["clean"], 1, (640, 480), _FPS)
    for number in range(_FRAMES):
        cv2.imwrite(str(folder / f"{number:04d}.png"), table.frame_at(number / _FPS).pixels)


@contextlib.contextmanager
def _table(home: Path, source: str) -> Iterator[tuple[str, int]]:
    config = {
        "camera": {"source": source},
        "model": {"threads": 1},
        "stage": {"width": 640, "height": 400, "fps": 30},
        "web": {"port": 0},
        "operator": {"port": 0},
    }
    (home / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    start = [sys.executable, "-c", "from exhibit.cli import main; main()", "run", "--headless"]
    process = subprocess.Popen(
        [*start, "--config", str(home / "config.yaml")],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield page_url(process), process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


@contextlib.contextmanager
def _listening(told: Told) -> Iterator[str]:
    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.hear(json.loads(body)["alerts"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@contextlib.contextmanager
def _prometheus(folder: Path, urls: dict[str, str], secret: str, sink: str) -> Iterator[None]:
    """Run Prometheus and Alertmanager with the files of `fleet/`, open at every hour."""
    watch = folder / "watch"
    shutil.copytree(_FLEET, watch)
    (watch / "token").write_text(secret)
    targets = [
        {"targets": [url.removeprefix("https://").rstrip("/")], "labels": {"table": name}}
        for name, url in urls.items()
    ]
    (watch / "tables.yml").write_text(yaml.safe_dump(targets))
    ours, theirs, gossip = _free_port(), _free_port(), _free_port()
    _change(watch / "prometheus.yml", {"127.0.0.1:9093": f"127.0.0.1:{theirs}"})
    always = {"      active_time_intervals: [open]\n": "", "http://127.0.0.1:9099/": sink}
    _change(watch / "alertmanager.yml", always)
    listening, data = "--web.listen-address=127.0.0.1", watch / "data"
    prometheus = (f"{listening}:{ours}", f"--storage.tsdb.path={data}")
    gossips = f"--cluster.listen-address=127.0.0.1:{gossip}"
    alertmanager = (f"{listening}:{theirs}", f"--storage.path={data}-alarms", gossips)
    commands = (
        ["prometheus", "--config.file=prometheus.yml", *prometheus],
        ["prometheus-alertmanager", "--config.file=alertmanager.yml", *alertmanager],
    )
    with (watch / "said.txt").open("wb") as said:
        running = [subprocess.Popen(c, cwd=watch, stdout=said, stderr=said) for c in commands]
        try:
            yield
        finally:
            for process in running:
                process.terminate()
                process.wait()


def _change(file: Path, what: dict[str, str]) -> None:
    text = file.read_text()
    for old, new in what.items():
        if old not in text:
            raise click.ClickException(f"{file.name} holds no {old!r}")
        text = text.replace(old, new)
    file.write_text(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cost(visitor: Visitor, page: psutil.Process) -> float:
    """Return what reading the metrics every 15 s costs, in percent of a core."""
    with visitor.client() as client:
        client.get("/metrics").raise_for_status()
        before, began_at = sum(page.cpu_times()[:2]), time.monotonic()
        for _ in range(_READS):
            client.get("/metrics").raise_for_status()
            time.sleep(0.02)
        used_s, took_s = sum(page.cpu_times()[:2]) - before, time.monotonic() - began_at
        before = sum(page.cpu_times()[:2])
        time.sleep(took_s)
        idle_s = sum(page.cpu_times()[:2]) - before
    return round(100 * (used_s - idle_s) / _READS / _SCRAPE_S, 3)


if __name__ == "__main__":
    main()
