"""Power of a projector by PJLink, class 1.

Source: PJLink Specifications 1.04 (JBMIA, 2013), sections 2.1, 3.1, 4.1 and 5.1-5.2: one line a
message, ended by CR; a projector with a password greets with a random number, and the MD5 of number
and password goes before the first command. The digest is the protocol's own; on a network that
strangers share it keeps nobody out.
"""

from __future__ import annotations

import hashlib
import socket
from typing import Literal

from exhibit.contract.errors import ExhibitError

PORT = 4352
Power = Literal["off", "on", "cooling", "warming up"]
_STATES: dict[str, Power] = {"0": "off", "1": "on", "2": "cooling", "3": "warming up"}
_WAIT_S = 10.0
_LONGEST = 136
_REFUSALS = {
    "ERR1": "knows no such command",
    "ERR2": "refuses the value",
    "ERR3": "cannot do it now: it is warming up or cooling down",
    "ERR4": "says that it is broken; look at its lamp and its filter",
}


class ProjectorError(ExhibitError):
    """A projector could not be reached, or refused; the message is one line."""


class Projector:
    """One projector; each call is a connection of its own, as projectors close idle ones.

    Args:
        host: name or address.
        password: empty where it has none.
        port: of PJLink.
    """

    def __init__(self, host: str, password: str = "", port: int = PORT) -> None:
        self._host, self._password, self._port = host, password, port

    def power(self) -> Power:
        """Return whether it is on; raises ProjectorError."""
        answer = self._ask("?")
        if answer not in _STATES:
            raise ProjectorError(f"projector {self._host}: power is {answer!a}, expected 0 to 3")
        return _STATES[answer]

    def switch(self, wanted: Literal["on", "off"]) -> None:
        """Switch it on or off; one that is already, or on its way, is left alone.

        Raises:
            ProjectorError: it cannot be reached, asks for another password, or refuses.
        """
        there = ("on", "warming up") if wanted == "on" else ("off", "cooling")
        if self.power() not in there:
            self._ask("1" if wanted == "on" else "0")

    def _ask(self, value: str) -> str:
        try:
            with socket.create_connection((self._host, self._port), _WAIT_S) as connection:
                connection.settimeout(_WAIT_S)
                digest = self._digest(_line(connection))
                connection.sendall(f"{digest}%1POWR {value}\r".encode("ascii"))
                answer = _line(connection)
        except OSError as error:
            reason = error.strerror or "no answer in time"
            raise ProjectorError(f"projector {self._host}:{self._port}: {reason}") from None
        if answer.upper() == "PJLINK ERRA":
            raise ProjectorError(f"projector {self._host}: the password is wrong")
        name, found, result = answer.partition("=")
        if not found or name.upper() != "%1POWR":
            raise ProjectorError(f"projector {self._host}: answered {answer!a}, expected %1POWR=")
        if result in _REFUSALS:
            raise ProjectorError(f"projector {self._host}: {_REFUSALS[result]}")
        return result

    def _digest(self, greeting: str) -> str:
        match greeting.split():
            case ["PJLINK", "0"]:
                return ""
            case ["PJLINK", "1", number]:
                text = (number + self._password).encode()
                return hashlib.md5(text, usedforsecurity=False).hexdigest()
        raise ProjectorError(f"projector {self._host}: greets with {greeting!a}, expected PJLINK")


def _line(connection: socket.socket) -> str:
    """Return one line without its CR; raises OSError where none comes."""
    text = b""
    while not text.endswith(b"\r"):
        part = connection.recv(1)
        if not part or len(text) >= _LONGEST:
            raise ConnectionError(None, "the connection ended in the middle of a line")
        text += part
    return text[:-1].decode("ascii", "replace").strip()
