"""Prometheus and Alertmanager with the files of `fleet/`, and the technician's receiver."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click
import yaml

_FOLDER = Path(__file__).resolve().parents[2] / "fleet" / "prometheus"
_SCRAPE_S, _GAP_S = 15, 30
_RECEIVER = "http://127.0.0.1:9099/"
Alarm = tuple[str, str]
"""A table, and the name of an alarm."""


@dataclass(slots=True)
class Told:
    """What the technician was told, and when in monotonic seconds; the same again is told again."""

    _heard: list[tuple[float, Alarm]] = field(default_factory=list)

    def hear(self, alerts: list[dict[str, Any]]) -> None:
        """Take a message of Alertmanager's webhook."""
        for alert in alerts:
            if alert["status"] == "firing":
                labels = alert["labels"]
                self._heard.append((time.monotonic(), (labels["table"], labels["alertname"])))

    def after(self, alarm: Alarm, moment: float) -> float | None:
        """Return when an alarm was first told after a moment; None where it was not."""
        return next((at for at, found in self._heard if found == alarm and at >= moment), None)

    def since(self, moment: float) -> list[Alarm]:
        """Return what was told since a moment, each once."""
        return list(dict.fromkeys(found for at, found in self._heard if at >= moment))


class Watch:
    """Prometheus and Alertmanager over some tables, open at every hour until it is told otherwise.

    Args:
        folder: theirs.
        urls: of the tables' pages, by name.
        secret: the token that may look.
    """

    def __init__(self, folder: Path, urls: dict[str, str], secret: str) -> None:
        self._folder, self._urls = folder / "watch", urls
        self._prometheus: subprocess.Popen[bytes] | None = None
        self._alertmanager: subprocess.Popen[bytes] | None = None
        shutil.copytree(_FOLDER, self._folder)
        (self._folder / "token").write_text(secret)
        targets = [{"targets": [_address(url)], "labels": {"table": n}} for n, url in urls.items()]
        (self._folder / "tables.yml").write_text(yaml.safe_dump(targets))

    def remember(self, table: str, visited_at: float) -> None:
        """Let Prometheus have read a table since its last visit, in seconds since 1970."""
        address = _address(self._urls[table])
        named = (
            f'job="tracing_table",instance="{address}",table="{table}",page="https://{address}/"'
        )
        times = range(int(visited_at) - 4 * _SCRAPE_S, int(time.time()) - _GAP_S, _SCRAPE_S)
        lines = ["# TYPE up gauge", *(f"up{{{named}}} 1 {at}" for at in times)]
        lines.append("# TYPE tracing_table_visits counter")
        visits = f'tracing_table_visits_total{{{named},visitors="people"}}'
        lines += [f"{visits} {6 + (at > visited_at)} {at}" for at in times]
        file = self._folder / "history.txt"
        file.write_text("\n".join([*lines, "# EOF\n"]))
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
        command += [str(file), str(self._folder / "data")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise click.ClickException(done.stdout + done.stderr)

    @contextlib.contextmanager
    def running(self, receiver: str) -> Iterator[None]:
        """Run both; alarms go to an address."""
        ours, theirs, gossip = _free_port(), _free_port(), _free_port()
        _change(self._folder / "prometheus.yml", {"127.0.0.1:9093": f"127.0.0.1:{theirs}"})
        _change(self._folder / "alertmanager.yml", {_RECEIVER: receiver})
        self._set_hours(True)
        listening, data = "--web.listen-address=127.0.0.1", self._folder / "data"
        prometheus = (f"{listening}:{ours}", f"--storage.tsdb.path={data}")
        gossips = f"--cluster.listen-address=127.0.0.1:{gossip}"
        alertmanager = (f"{listening}:{theirs}", f"--storage.path={data}-alarms", gossips)
        commands = (
            ["prometheus", "--config.file=prometheus.yml", *prometheus],
            ["prometheus-alertmanager", "--config.file=alertmanager.yml", *alertmanager],
        )
        with (self._folder / "said.txt").open("wb") as said:
            running = [
                subprocess.Popen(command, cwd=self._folder, stdout=said, stderr=said)
                for command in commands
            ]
            self._prometheus, self._alertmanager = running
            try:
                yield
            finally:
                self.reading(True)
                for process in running:
                    process.terminate()
                    process.wait()

    def reading(self, reads: bool) -> None:
        """Let Prometheus read, or stand still."""
        assert self._prometheus is not None
        self._prometheus.send_signal(signal.SIGCONT if reads else signal.SIGSTOP)

    def open(self, is_open: bool) -> None:
        """Open or close the museum."""
        self._set_hours(is_open)
        assert self._alertmanager is not None
        self._alertmanager.send_signal(signal.SIGHUP)

    def _set_hours(self, is_open: bool) -> None:
        file = self._folder / "alertmanager.yml"
        config = yaml.safe_load(file.read_text())
        other_day = (date.today() + timedelta(days=3)).strftime("%A").lower()
        days = "sunday:saturday" if is_open else other_day
        for interval in config["time_intervals"]:
            interval["time_intervals"] = [{"weekdays": [days]}]
        file.write_text(yaml.safe_dump(config))


@contextlib.contextmanager
def listening(told: Told) -> Iterator[str]:
    """Receive alarms as the technician does; gives the address."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.hear(json.loads(body)["alerts"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def _address(url: str) -> str:
    return url.removeprefix("https://").rstrip("/")


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
