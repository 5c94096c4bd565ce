"""What comes in by Open Sound Control, from whom it is taken, and what is said of the rest."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any

from exhibit.contract.settings.addresses import is_among, networks_of
from exhibit.operator.osc_reading import Message, Unreadable, Value, read_packet

log = logging.getLogger(__name__)

IN = "/tracing/"
MOST_WAITING = 64
_SCENE = f"{IN}scene/"
_NOT_OURS = f": expected an address that begins with {IN}"
_PATTERN = re.compile(r"[*?\[{]")

Wanted = dict[str, Value]


class Inlet(asyncio.DatagramProtocol):
    """Takes messages from allowed addresses; the newest value of each address wins.

    Attributes:
        senders: whom the newest value of an address came from.

    Args:
        allowed: addresses and networks of senders.
        complain: takes what was not taken and why, once for each sender and reason.
    """

    def __init__(
        self, allowed: Iterable[str], complain: Callable[[str], None] = log.warning
    ) -> None:
        self._allowed = [network for text in allowed for network in networks_of(text)]
        self._complain = complain
        self._told: set[str] = set()
        self._wanted: Wanted = {}
        self.senders: dict[str, str] = {}

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Keep what a datagram asks for."""
        sender = str(addr[0])
        if not is_among(sender, self._allowed):
            self._tell(f"{sender} is not in osc.allow; nothing that it sends is taken")
            return
        for found in read_packet(data):
            reason = found.reason if isinstance(found, Unreadable) else self._keep(found, sender)
            if reason:
                # A desk may send all that it does to everybody: one line of it is enough.
                about = sender if reason.endswith(_NOT_OURS) else ""
                self._tell(f"from {sender}: {reason}", about)

    def take(self) -> Wanted:
        """Return what came since the last call."""
        wanted, self._wanted = self._wanted, {}
        return wanted

    def _keep(self, message: Message, sender: str) -> str:
        """Keep what a message asks for, or return why it is not kept."""
        address = message.address
        if pattern := _PATTERN.search(address):
            fixed = address[: pattern.start()]
            ours = fixed.startswith(IN) or IN.startswith(fixed)
            return f"{address:.60}{': address patterns are not taken' if ours else _NOT_OURS}"
        if not address.startswith(IN):
            return f"{address:.60}{_NOT_OURS}"
        if len(message.values) != 1 or message.values[0] is None:
            return f"{address:.60}: expected exactly one value, a number, a text or a switch"
        value = message.values[0]
        if address.startswith(_SCENE) and not isinstance(value, str) and value == 0:
            # A button that is let go, which must not take the place of its being pressed.
            return ""
        if address in self._wanted or len(self._wanted) < MOST_WAITING:
            self._wanted[address], self.senders[address] = value, sender
        return ""

    def _tell(self, text: str, about: str = "") -> None:
        """Complain, once for each text, or for each that it is about."""
        known = about or text
        if known not in self._told and len(self._told) < MOST_WAITING:
            self._told.add(known)
            self._complain(text)
