"""Sending Open Sound Control to the addresses of `osc.send_to`."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterable

from pythonosc.osc_message_builder import build_msg

from exhibit.contract.settings.addresses import target_of

_LOOK_AGAIN_S, _TRY_AGAIN_S = 300.0, 10.0

Target = tuple[str, int]
Found = tuple[socket.AddressFamily, Target]


class Outlet:
    """Sends messages and never waits; names of hosts are looked up beside it.

    Attributes:
        used: whether there is anybody to send to.

    Args:
        send_to: hosts and ports.
        complain: takes which name is not found.
    """

    def __init__(self, send_to: Iterable[str], complain: Callable[[str], None]) -> None:
        targets = [target_of(text) for text in send_to]
        self._found = {target: _numeric(target) for target in targets}
        self._complain = complain
        self.used = bool(targets)

    def send(self, address: str, value: float | str) -> None:
        """Send one value to everybody; whoever does not listen misses it."""
        if isinstance(value, str):
            # A file's name may hold half a letter.
            value = value.encode("utf-8", "replace").decode().replace("\0", "?")
        message = build_msg(address, value).dgram
        for found in self._found.values():
            if found is not None:
                family, target = found
                with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as out:
                    out.setblocking(False)
                    out.sendto(message, target)

    async def look_up(self) -> None:
        """Look names up, now and then again, until cancelled."""
        names = [target for target in self._found if _numeric(target) is None]
        loop = asyncio.get_running_loop()
        while names:
            for host, port in names:
                try:
                    results = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
                except OSError as error:
                    self._complain(f"osc.send_to: {host}: {error.strerror}; nothing is sent there")
                    continue
                family, _, _, _, (found_host, found_port, *_) = results[0]
                self._found[host, port] = (family, (str(found_host), int(found_port)))
            missing = any(self._found[name] is None for name in names)
            await asyncio.sleep(_TRY_AGAIN_S if missing else _LOOK_AGAIN_S)


def _numeric(target: Target) -> Found | None:
    try:
        version = ipaddress.ip_address(target[0]).version
    except ValueError:
        return None
    return (socket.AF_INET6 if version == 6 else socket.AF_INET), target
