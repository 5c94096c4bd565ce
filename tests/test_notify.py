"""systemd must hear that the table is ready and alive, and a wrong address must not stop it."""

import socket
from pathlib import Path

from exhibit.notify import ServiceNotifier


def _service_manager(path: Path) -> socket.socket:
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(path))
    manager.setblocking(False)
    return manager


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


def test_notifier_without_watchdog_only_says_ready(tmp_path: Path) -> None:
    with _service_manager(tmp_path / "notify") as manager:
        notifier = ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        notifier.showing(100.0)
        notifier.showing(200.0)
        assert _heard(manager) == ["READY=1\nSTATUS=showing"]


def test_notifier_service_manager_gone_is_survived(tmp_path: Path) -> None:
    notifier = ServiceNotifier({"NOTIFY_SOCKET": str(tmp_path / "none"), "WATCHDOG_USEC": "1"})
    notifier.showing(100.0)
    notifier.stopping()
    assert notifier._address == ""
