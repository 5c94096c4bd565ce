"""What is turned off costs no process, is no fault, and is there again as soon as it is turned on.

Spans all processes.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

import pytest
from pythonosc.udp_client import SimpleUDPClient

from exhibit.contract.table_state import TableState
from tests.exhibit.operator.pages.running import RunningTable, running_table
from tests.fakes.bundle import write_bundle
from tests.patience import wait_until

pytestmark = pytest.mark.table
_DAY_S = 86400.0


@pytest.fixture(scope="module")
def osc() -> Iterator[SimpleUDPClient]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = SimpleUDPClient("127.0.0.1", port)
    yield client
    client._sock.close()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory, osc: SimpleUDPClient) -> Iterator[RunningTable]:
    folder = tmp_path_factory.mktemp("museum")
    (folder / "out").mkdir()
    old = folder / "out" / "drawing-20260101-120000-00ff.pdf"
    old.touch()
    os.utime(old, (time.time() - 2 * _DAY_S,) * 2)
    listens = f"osc: {{enabled: true, port: {osc._port}}}\n"
    more = f"{listens}takehome: {{folder: {folder / 'out'}}}\n"
    with running_table(folder, write_bundle(folder / "bundle"), more=more) as running:
        yield running


def _lives(table: RunningTable, name: str) -> dict[str, object]:
    found: dict[str, object] = table.status("supervisor")["processes"][name]
    return found


def _is_off(table: RunningTable, name: str) -> bool:
    lives = _lives(table, name)
    return lives["pid"] is None and lives["off"] is True and lives["restarts"] == 0


def test_table_as_it_ships_has_no_process_for_sound_and_is_well(table: RunningTable) -> None:
    assert _is_off(table, "sound")
    state = TableState(table.run_dir).look()
    assert state["reasons"] == []
    assert (state["sound"]["state"], state["sound"]["alive"]) == ("off", False)


def test_takehome_that_is_off_removes_what_is_old_and_ends(table: RunningTable) -> None:
    out = table.log.parent / "out"
    wait_until(lambda: not list(out.iterdir()), "the old drawing's end")
    wait_until(lambda: _is_off(table, "takehome"), "the process's end")
    assert TableState(table.run_dir).look()["reasons"] == []


@pytest.mark.parametrize(
    ("name", "address"), [("sound", "sound"), ("sound", "listen"), ("takehome", "takehome/enabled")]
)
def test_process_comes_when_it_is_turned_on_by_osc_and_goes_when_it_is_turned_off(
    table: RunningTable, osc: SimpleUDPClient, name: str, address: str
) -> None:
    wait_until(lambda: _is_off(table, name), f"{name} to be off")
    state, codes = TableState(table.run_dir), set()

    def is_on() -> bool:
        # A datagram that comes before the page listens is lost.
        osc.send_message(f"/tracing/{address}", 1)
        codes.update(reason["code"] for reason in state.look()["reasons"])
        return table.status(name).get("state") is not None and table.pid(name) is not None

    wait_until(is_on, f"{name} to be on")
    wait_until(lambda: not _lives(table, name)["off"], "its first sign of life")
    osc.send_message(f"/tracing/{address}", 0)
    wait_until(lambda: _is_off(table, name), f"{name} to be off again")
    wait_until(lambda: state.look()["reasons"] == [], "a table that is well")
    assert not codes & {"sound_silent", "takehome_silent"}


def test_process_that_is_killed_while_it_is_on_is_told_and_started_again(
    table: RunningTable, osc: SimpleUDPClient
) -> None:
    osc.send_message("/tracing/sound", 1)
    # The supervisor says its process a look later than it says itself what it does.
    wait_until(lambda: table.status("sound").get("state") and table.pid("sound"), "sound to be on")
    pid = table.pid("sound")
    assert pid is not None
    os.kill(pid, 9)
    wait_until(lambda: table.pid("sound") not in (None, pid), "another process")
    assert _lives(table, "sound")["restarts"] == 1
    osc.send_message("/tracing/sound", 0)
    wait_until(lambda: table.pid("sound") is None and _lives(table, "sound")["off"], "its end")
