"""The table must go on without its page, the page without its table, and each find the other."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from exhibit.cli import main
from exhibit.contract.board import Heart, read_status
from exhibit.contract.run_folders import running_tables, table_of
from tests.fakes.bundle import write_bundle
from tests.patience import PATIENCE_S, wait_until

_CONFIG = """
camera: {{source: simulated, width: 160, height: 120, fps: 5}}
model: {{bundle: {bundle}, fallback: "", threads: 1}}
stage: {{width: 160, height: 120, fps: 10}}
web: {{port: 0}}
operator: {{port: 0}}
supervisor: {{heartbeat_timeout_s: 60}}
"""
_EXHIBIT = [sys.executable, "-c", "from exhibit.cli import main; main()"]


class Place:
    """A folder in which a table and its page are started apart."""

    def __init__(self, home: Path) -> None:
        self.home, self._started = home, list[subprocess.Popen[bytes]]()
        self.config = home / "config.yaml"
        self.config.write_text(_CONFIG.format(bundle=write_bundle(home / "bundle")))

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command of `exhibit` on this table's file."""
        with (self.home / f"{command[0]}.txt").open("ab") as said:
            arguments = [*_EXHIBIT, *command, "--config", str(self.config)]
            started = subprocess.Popen(arguments, cwd=self.home, stdout=said, stderr=said)
        self._started.append(started)
        return started

    def start_table(self) -> subprocess.Popen[bytes]:
        """Start the table and wait until it tells of itself."""
        started = self.start("run", "--headless", "--without-page")
        wait_until(lambda: self.folder is not None and self.names, "the table runs")
        return started

    @property
    def folder(self) -> Path | None:
        """The run folder of the table that runs."""
        return table_of(self.home / "state")

    @property
    def names(self) -> set[str]:
        """The processes of the table."""
        return set(self.status("supervisor").get("processes", {}))

    def status(self, name: str, folder: Path | None = None) -> dict[str, Any]:
        """What a process says of itself."""
        folder = folder or self.folder
        return {} if folder is None else read_status(folder, name)

    def end(self) -> None:
        """End everything."""
        for started in self._started:
            started.terminate()
            started.wait(PATIENCE_S)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.end()


def _answers(url: str) -> bool:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        asked = urllib.request.urlopen(f"{url}healthz", context=context, timeout=PATIENCE_S)
        with asked as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def test_page_apart_and_table_go_on_without_each_other_and_find_each_other_again(
    place: Place,
) -> None:
    table = place.start_table()
    assert "operator" not in place.names
    page = place.start("operator", "serve")
    wait_until(lambda: place.status("operator"), "the page serves the table")
    folder, url = place.folder, place.status("operator")["url"]
    wait_until(lambda: _answers(url), "the page answers")

    page.kill()
    page.wait()
    stage = Heart(folder, "stage")
    before = stage.last
    wait_until(lambda: stage.last > before and table.poll() is None, "the stage goes on")

    page = place.start("operator", "serve")
    wait_until(lambda: place.status("operator").get("url") not in (None, url), "the page is back")
    url = place.status("operator")["url"]
    table.terminate()
    table.wait(PATIENCE_S)
    wait_until(lambda: _answers(url), "the page goes on without its table")
    assert place.folder is None and page.poll() is None

    place.start_table()
    assert page.wait(PATIENCE_S) == 0  # to be started again, now with the new table


def test_page_apart_without_a_table_is_there_and_begins_anew_with_the_first(place: Place) -> None:
    page = place.start("operator", "serve")
    said = place.home / "operator.txt"
    wait_until(lambda: "operator's page: https" in said.read_text(), "the page is there")
    assert "no table runs" in said.read_text() and running_tables() == [
        folder for folder in running_tables() if str(page.pid) not in folder.name
    ]
    (address,) = [line for line in said.read_text().splitlines() if "operator's page:" in line]
    wait_until(lambda: _answers(address.partition(": ")[2]), "the page answers")
    place.start_table()
    assert page.wait(PATIENCE_S) == 0


def test_serve_where_the_page_is_off_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("operator: {enabled: false}\n")
    said = CliRunner().invoke(main, ["operator", "serve", "--config", str(config)])
    assert (said.exit_code, said.stderr) == (
        2,
        "Error: operator.enabled: it is off; expected a page to serve\n",
    )


def test_run_alone_still_starts_the_page(place: Place) -> None:
    place.start("run", "--headless")
    wait_until(lambda: "operator" in place.names, "the table and its page")


def test_service_manager_hears_of_the_page_when_it_serves(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place.home / "manager.sock"))
        manager.settimeout(PATIENCE_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(place.home / "manager.sock"))
        monkeypatch.setenv("WATCHDOG_USEC", "1000000")
        page = place.start("operator", "serve")
        assert manager.recv(4096).startswith(b"READY=1")
        assert manager.recv(4096) == b"WATCHDOG=1"
        assert page.poll() is None
