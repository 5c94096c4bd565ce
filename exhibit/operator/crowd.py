"""How many connections there may be: in all, and from one address.

Every connection takes a descriptor, whether it ever says a word or not. They are counted where they
are accepted, before TLS and HTTP, so that silent ones count too.
"""

from __future__ import annotations

import socket
from collections import Counter
from typing import Any

MOST, MOST_OF_ONE = 480, 360
"""Far below the thousand descriptors that a process may have; from one address, that of a proxy
say, come at most three quarters of them."""


class Crowd:
    """All who are connected.

    Args:
        most: connections in all.
        most_of_one: connections from one address.
    """

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._from: Counter[str] = Counter()

    def admit(self, address: str) -> bool:
        """Return whether one more connection of an address may be there, and count it."""
        if self._from.total() >= self._most or self._from[address] >= self._most_of_one:
            return False
        self._from[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Count a connection of an address no more."""
        self._from[address] -= 1
        if not self._from[address]:
            del self._from[address]


class Door(socket.socket):
    """A listening socket that closes what is one connection too many.

    Args:
        listener: a listening socket, which is taken over.
        crowd: who is connected, at this door and at others.
    """

    def __init__(self, listener: socket.socket, crowd: Crowd) -> None:
        family, kind, protocol = listener.family, listener.type, listener.proto
        super().__init__(family, kind, protocol, fileno=listener.detach())
        self.setblocking(False)
        self._crowd = crowd

    def accept(self) -> tuple[socket.socket, Any]:
        """Return the next connection that may come in.

        Raises:
            ConnectionAbortedError: it may not; event loops go on to the next one.
        """
        connection, address = super().accept()
        if self._crowd.admit(address[0]):
            return _Guest(connection, self._crowd, address[0]), address
        connection.close()
        raise ConnectionAbortedError


class _Guest(socket.socket):
    """A connection that says when it leaves."""

    def __init__(self, connection: socket.socket, crowd: Crowd, address: str) -> None:
        family, kind, protocol = connection.family, connection.type, connection.proto
        super().__init__(family, kind, protocol, fileno=connection.detach())
        self._crowd: Crowd | None = crowd
        self._address = address

    def close(self) -> None:
        crowd, self._crowd = self._crowd, None
        if crowd is not None:
            crowd.leave(self._address)
        super().close()
