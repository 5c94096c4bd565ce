"""Telling systemd that the table is ready and alive.

Source: sd_notify(3): one datagram of `KEY=value` lines to the socket named by NOTIFY_SOCKET.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from exhibit.contract.socket_address import socket_address

_PINGS_PER_TIMEOUT = 4


class ServiceNotifier:
    """Datagrams to the service manager; does nothing where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A leading @ names a socket in Linux's abstract namespace.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        timeout_us = int(environment.get("WATCHDOG_USEC") or 0)
        self._ping_every_s = timeout_us / 1e6 / _PINGS_PER_TIMEOUT
        self._pinged_at: float | None = None
        self._ready = self._gone = False

    @property
    def present(self) -> bool:
        """Whether a service manager started the table."""
        return bool(self._address)

    def showing(self, now: float) -> None:
        """Say that a picture is being shown: ready the first time, then the watchdog's ping.

        What was not heard is said again at the next call.
        """
        if not self._ready:
            self._ready = self._send("READY=1\nSTATUS=showing")
        due = self._pinged_at is None or now - self._pinged_at >= self._ping_every_s
        if self._ping_every_s and due and self._send("WATCHDOG=1"):
            self._pinged_at = now

    def stopping(self) -> None:
        """Say that the table is ending on purpose."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> bool:
        if not self._address or self._gone:
            return False
        try:
            with (
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender,
                socket_address(Path(self._address)) as address,
            ):
                sender.setblocking(False)
                sender.sendto(message.encode(), address)
        except (FileNotFoundError, ConnectionRefusedError):
            # The table goes on without its service manager; systemd restarts it if it cares.
            self._gone = True
        except OSError:
            # A full queue, no free descriptor: one message is lost, and the next may be heard.
            return False
        return not self._gone
