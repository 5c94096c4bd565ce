"""Where the page is reached: names, addresses and listening sockets."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable

import psutil

_BACKLOG = 64
_GIVE_UP_MS = 15_000
# Little may wait for a reader: old pictures are worth nothing, and it shows early who is too slow.
_SEND_BUFFER_BYTES = 128 * 1024
# From Linux's tcp.h; Python names it on Linux only.
_TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", 18)
LOOPBACK = "127.0.0.1"


def is_loopback(host: str) -> bool:
    """Return whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_wildcard(host: str) -> bool:
    """Return whether an address stands for all interfaces."""
    return host in ("", "0.0.0.0", "::")


def own_names(further: Iterable[str]) -> list[str]:
    """Return the names under which this machine is reached, the further ones first."""
    host = socket.gethostname().lower()
    short = host.partition(".")[0]
    names = [*further, host, f"{short}.local", "localhost"]
    return list(dict.fromkeys(name.lower() for name in names if name))


def own_addresses() -> list[str]:
    """Return the addresses of this machine's interfaces; that of itself where it may not ask."""
    try:
        interfaces = psutil.net_if_addrs()
    except OSError:  # a sandbox without AF_NETLINK
        interfaces = {}
    found = [
        entry.address.partition("%")[0]
        for entries in interfaces.values()
        for entry in entries
        if entry.family in (socket.AF_INET, socket.AF_INET6)
    ]
    return list(dict.fromkeys([LOOPBACK, *found]))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; raises OSError where the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: asyncio lets small answers out at once on such sockets alone, where
    # they would otherwise wait 40 ms for the other side to acknowledge what came before.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        # Connections inherit both: one whose reader takes nothing this long is ended by the kernel,
        # and what waits for it in memory goes with it.
        listener.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, _GIVE_UP_MS)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def listen_nearby(host: str, port: int) -> socket.socket:
    """Return a listening socket on the port, or on a free one where that one is taken."""
    try:
        return listen(host, port)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
    return listen(host, 0)


def url_of(listener: socket.socket) -> str:
    """Return the address to type into a browser; of all interfaces, one of the network."""
    host, port = listener.getsockname()[:2]
    if is_wildcard(host):
        host = next((found for found in own_addresses() if not is_loopback(found)), LOOPBACK)
    return f"https://{f'[{host}]' if ':' in host else host}:{port}/"
