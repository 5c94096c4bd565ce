"""How many connections there may be: in all, and from one address.

Every connection takes a descriptor, whether it ever says a word or not. They are counted where they
are accepted, before TLS and HTTP, so that silent ones count too.
"""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

MOST, MOST_OF_ONE = 480, 360
"""Far below the thousand descriptors that a process may have; from one address, that of a proxy
say, come at most three quarters of them."""


_TOLD_FOR_S = 60.0
_MOST_NAMED = 8


class Crowd:
    """All who are connected.

    Args:
        most: connections in all.
        most_of_one: connections from one address.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        most: int = MOST,
        most_of_one: int = MOST_OF_ONE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._most_of_one, self._clock = most, most_of_one, clock
        self._from: Counter[str] = Counter()
        self._turned_away: dict[str, float] = {}  # when last, by what was too many

    def admit(self, address: str) -> bool:
        """Return whether one more connection of an address may be there, and count it."""
        if self._from[address] >= self._most_of_one:
            self._turn_away(f"from {address}: more than {self._most_of_one}")
            return False
        if self._from.total() >= self._most:
            self._turn_away(f"in all: more than {self._most}")
            return False
        self._from[address] += 1
        return True

    @property
    def faults(self) -> tuple[str, ...]:
        """Of whom there were too many within the last minute, in words."""
        since = self._clock() - _TOLD_FOR_S
        self._turned_away = {who: at for who, at in self._turned_away.items() if at > since}
        return tuple(f"the page has too many connections {who}" for who in self._turned_away)

    def _turn_away(self, who: str) -> None:
        if who in self._turned_away or len(self._turned_away) < _MOST_NAMED:
            self._turned_away[who] = self._clock()

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
