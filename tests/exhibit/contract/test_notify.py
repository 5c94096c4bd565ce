"""systemd must hear that the table is ready and alive, and a wrong address must not stop it."""

import contextlib
import errno
import socket
from pathlib import Path

import pytest

from exhibit.contract.notify import ServiceNotifier
from exhibit.contract.socket_address import socket_address


def _service_manager(path: Path) -> socket.socket:
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with socket_address(path) as address:
        manager.bind(address)
    manager.setblocking(False)
    return manager


def _fill(path: Path) -> None:
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender,
        socket_address(path) as address,
    ):
        sender.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                sender.sendto(b"of another service", address)


def _heard(manager: socket.socket) -> list[str]:
    messages = []
    while True:
        try:
            messages.append(manager.recv(256).decode())
        except BlockingIOError:
            return messages


def test_notifier_showing_says_ready_once_and_pings_within_the_timeout(tmp_path: Path) -> None:
    with _service_manager(tmp_path / "notify") as manager:
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "20000000"}
        notifier = ServiceNotifier(environment)
        for now in (100.0, 101.0, 104.0, 105.0, 106.0):
            notifier.showing(now)
        notifier.stopping()
        assert _heard(manager) == [
            "READY=1\nSTATUS=showing",
            "WATCHDOG=1",
            "WATCHDOG=1",
            "STOPPING=1",
        ]


def test_notifier_in_a_deep_folder_is_heard(tmp_path: Path) -> None:
    address = tmp_path.joinpath(*12 * ["a folder in a folder"]) / "notify"
    address.parent.mkdir(parents=True)
    with _service_manager(address) as manager:
        ServiceNotifier({"NOTIFY_SOCKET": str(address)}).showing(100.0)
        assert _heard(manager) == ["READY=1\nSTATUS=showing"]


def test_notifier_without_watchdog_only_says_ready(tmp_path: Path) -> None:
    with _service_manager(tmp_path / "notify") as manager:
        notifier = ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        notifier.showing(100.0)
        notifier.showing(200.0)
        assert _heard(manager) == ["READY=1\nSTATUS=showing"]


def test_notifier_full_queue_drops_a_ping_and_goes_on(tmp_path: Path) -> None:
    """A manager that was busy for a moment must not take a healthy table for a hung one."""
    with _service_manager(tmp_path / "notify") as manager:
        notifier = ServiceNotifier(
            {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "20000000"}
        )
        notifier.showing(100.0)
        _fill(tmp_path / "notify")
        notifier.showing(105.0)
        assert "WATCHDOG=1" not in _heard(manager)[2:]
        notifier.showing(106.0)
        assert _heard(manager) == ["WATCHDOG=1"]


def test_notifier_full_queue_keeps_ready_until_it_is_heard(tmp_path: Path) -> None:
    with _service_manager(tmp_path / "notify") as manager:
        notifier = ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        _fill(tmp_path / "notify")
        notifier.showing(100.0)
        _heard(manager)
        notifier.showing(100.1)
        notifier.showing(100.2)
        assert _heard(manager) == ["READY=1\nSTATUS=showing"]


def test_notifier_without_free_descriptors_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    with _service_manager(tmp_path / "notify") as manager:
        notifier = ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        with monkeypatch.context() as patched:
            patched.setattr(socket, "socket", none_left)
            notifier.showing(100.0)
        notifier.showing(101.0)
        assert _heard(manager) == ["READY=1\nSTATUS=showing"]


@pytest.mark.parametrize("left", ["nothing", "a socket that nobody holds"])
def test_notifier_service_manager_gone_is_asked_no_more(tmp_path: Path, left: str) -> None:
    address = tmp_path / "notify"
    if left != "nothing":
        _service_manager(address).close()
    notifier = ServiceNotifier({"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "1"})
    notifier.showing(100.0)
    address.unlink(missing_ok=True)
    with _service_manager(address) as another:
        notifier.showing(200.0)
        notifier.stopping()
        assert _heard(another) == []
        assert notifier.present
