"""Telling systemd that the table is ready and alive.

Source: sd_notify(3): one datagram of `KEY=value` lines to the socket named by NOTIFY_SOCKET.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

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
        self._ready = False

    @property
    def present(self) -> bool:
        """Whether a service manager started the table."""
        return bool(self._address)

    def showing(self, now: float) -> None:
        """Say that a picture is being shown: ready the first time, then the watchdog's ping."""
        if not self._ready:
            self._ready = True
            self._send("READY=1\nSTATUS=showing")
        due = self._pinged_at is None or now - self._pinged_at >= self._ping_every_s
        if self._ping_every_s and due:
            self._pinged_at = now
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the table is ending on purpose."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            try:
                sender.sendto(message.encode(), self._address)
            except OSError:
                # The table goes on without its service manager; systemd restarts it if it cares.
                self._address = ""
