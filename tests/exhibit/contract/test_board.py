"""Heartbeats, status and commands must survive killed processes, full queues and nonsense."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exhibit.contract.board import CommandInbox, Heart, read_status, send_command, write_status
from exhibit.contract.socket_address import socket_address


def test_heart_beat_is_seen_by_another_and_survives_a_new_start(tmp_path: Path) -> None:
    heart, watcher = Heart(tmp_path, "engine"), Heart(tmp_path, "engine")
    assert watcher.last == 0.0
    before = time.monotonic()
    heart.beat()
    assert before <= watcher.last <= time.monotonic()
    assert Heart(tmp_path, "engine").last == watcher.last
    watcher.clear()
    assert heart.last == 0.0


def test_heart_read_while_it_beats_never_looks_dead(tmp_path: Path) -> None:
    beating = (
        "import sys, pathlib; from exhibit.contract.board import Heart\n"
        "heart = Heart(pathlib.Path(sys.argv[1]), 'stage')\n"
        "while True: heart.beat()"
    )
    watcher = Heart(tmp_path, "stage")
    with subprocess.Popen([sys.executable, "-c", beating, str(tmp_path)]) as process:
        try:
            while watcher.last == 0.0:
                assert process.poll() is None
            # Thousands of reads fall between two instructions of the one who beats.
            assert min(watcher.last for _ in range(300_000)) > 0.0
        finally:
            process.kill()


def test_status_is_replaced_whole(tmp_path: Path) -> None:
    assert read_status(tmp_path, "engine") == {}
    write_status(tmp_path, "engine", {"state": "running", "pictures": 1})
    write_status(tmp_path, "engine", {"state": "idle"})
    assert read_status(tmp_path, "engine") == {"state": "idle"}
    assert [path.name for path in tmp_path.iterdir()] == ["engine.status.json"]


def test_commands_arrive_once_in_order(tmp_path: Path) -> None:
    inbox = CommandInbox(tmp_path, "engine")
    assert inbox.drain() == []
    for number in range(3):
        assert send_command(tmp_path, "engine", {"do": "freeze", "number": number})
    assert [command["number"] for command in inbox.drain()] == [0, 1, 2]
    assert inbox.drain() == []
    inbox.close()


def test_commands_in_a_deep_folder_arrive(tmp_path: Path) -> None:
    """TMPDIR may be as deep as somebody likes; an address of a socket may not."""
    folder = tmp_path.joinpath(*12 * ["a folder in a folder"])
    assert not send_command(folder, "engine", {"do": "freeze"})
    folder.mkdir(parents=True)
    assert not send_command(folder, "engine", {"do": "freeze"})
    inbox = CommandInbox(folder, "engine")
    assert send_command(folder, "engine", {"do": "freeze"})
    assert inbox.drain() == [{"do": "freeze"}]
    inbox.close()
    assert list(folder.iterdir()) == []


def test_command_to_nobody_is_refused(tmp_path: Path) -> None:
    assert not send_command(tmp_path, "engine", {"do": "freeze"})
    inbox = CommandInbox(tmp_path, "engine")
    inbox._socket.close()  # as a kill leaves it: the file is there, the receiver is not
    assert not send_command(tmp_path, "engine", {"do": "freeze"})
    again = CommandInbox(tmp_path, "engine")
    assert send_command(tmp_path, "engine", {"do": "freeze"})
    assert again.drain() == [{"do": "freeze"}]
    again.close()


def test_commands_beyond_the_queue_are_refused_at_once(tmp_path: Path) -> None:
    """The page must not wait for an engine that hangs."""
    inbox = CommandInbox(tmp_path, "engine")
    sent = 0
    while send_command(tmp_path, "engine", {"do": "freeze", "number": sent}):
        sent += 1
        assert sent < 100_000, "the queue has no bound"
    assert [command["number"] for command in inbox.drain()] == list(range(sent))
    assert send_command(tmp_path, "engine", {"do": "freeze"})
    inbox.close()


def test_nonsense_is_dropped_and_commands_around_it_kept(tmp_path: Path) -> None:
    inbox = CommandInbox(tmp_path, "engine")
    send_command(tmp_path, "engine", {"do": "first"})
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender,
        socket_address(tmp_path / "engine.sock") as address,
    ):
        for message in (b"{", b"\xff\xfe", b"[1]", b""):
            sender.sendto(message, address)
    send_command(tmp_path, "engine", {"do": "last"})
    assert [command["do"] for command in inbox.drain()] == ["first", "last"]
    inbox.close()


def test_command_too_long_to_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most 65536 are read"):
        send_command(tmp_path, "engine", {"do": "freeze", "text": "x" * 70_000})
