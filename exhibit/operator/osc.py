"""Open Sound Control: other programs move directions, psi and scenes, and hear of the table.

In: `/tracing/direction/<name>` strength, `/tracing/psi`, `/tracing/recall` and `/tracing/follow`
value, `/tracing/scene` name, `/tracing/sound` and `/tracing/listen` 0 or 1, `/tracing/sound/<part>`
loudness of `volume`, `grain`, `bed` or `cues`, `/tracing/invitation` and
`/tracing/label` 0 or 1, `/tracing/linger` and `/tracing/fade` seconds.
Out: `/tracing/ink/coverage` share, `/tracing/recalled` text, `/tracing/event/<name>` text.
Values that come in hold until the table ends, and are not saved: a fader sends hundreds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

from pythonosc.osc_message_builder import build_msg
from pythonosc.osc_packet import OscPacket, ParseError

from exhibit.contract.errors import ExhibitError
from exhibit.contract.settings.schema import OscConfig
from exhibit.operator.bundles import directions_of
from exhibit.operator.desk import Desk
from exhibit.operator.state.watch import KEPT_EVENTS
from exhibit.operator.switching import switch_scene

log = logging.getLogger(__name__)

_MODEL_VALUES = ("psi", "recall", "follow")
_SOUND_VALUES = ("volume", "grain", "bed", "cues")
_SWITCHES = {
    "sound": ("sound", "enabled"),
    "listen": ("sound", "listen"),
    "invitation": ("visit", "invitation"),
    "label": ("visit", "label"),
}
_SECONDS = {"linger": ("visit", "linger_s"), "fade": ("visit", "fade_s")}
_IN = "/tracing/"
_OUT = "/tracing/"
_APPLY_EVERY_S = 0.05
_TELL_EVERY_S = 0.5
_TRY_AGAIN_S = 10.0
_MOST_WAITING = 64
_SCENE_AT_MOST_EVERY_S = 1.0
# What the library raises on a datagram that is no message, besides its own error.
_UNREADABLE = (ParseError, ValueError, IndexError, TypeError, struct.error, RecursionError)

Wanted = dict[str, Any]


class Inlet(asyncio.DatagramProtocol):
    """Takes messages from allowed addresses; the newest value of each address wins.

    Args:
        allowed: addresses of senders.
    """

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = frozenset(allowed)
        self._wanted: Wanted = {}
        self.refused = 0

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Keep what a datagram asks for."""
        if addr[0] not in self._allowed:
            self.refused += 1
            return
        for address, value in _messages(data):
            if address in self._wanted or len(self._wanted) < _MOST_WAITING:
                self._wanted[address] = value

    def take(self) -> Wanted:
        """Return what came since the last call."""
        wanted, self._wanted = self._wanted, {}
        return wanted


class Osc:
    """Messages in and out.

    Args:
        desk: what messages change and tell of.
        config: addresses and ports.
        clock: monotonic seconds.
    """

    def __init__(
        self, desk: Desk, config: OscConfig, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._desk, self._config, self._clock = desk, config, clock
        self.inlet = Inlet(config.allow)
        self._targets = [_target(text) for text in config.send_to]
        self._scene_due = self._tell_due = float("-inf")
        self._coverage: float | None = None
        self._refused: set[str] = set()
        self.fault = ""

    async def serve(self) -> None:
        """Take and send messages until cancelled."""
        transport = await self._open()
        with contextlib.closing(transport), self.listening():
            while True:
                self.apply(self.inlet.take())
                self._tell_coverage()
                await asyncio.sleep(_APPLY_EVERY_S)

    async def _open(self) -> asyncio.DatagramTransport:
        """Open the socket; tried again for as long as another program has its port."""
        loop, config = asyncio.get_running_loop(), self._config
        while True:
            try:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: self.inlet, local_addr=(config.host, config.port)
                )
            except OSError as error:
                fault = f"osc: {config.host}:{config.port}: {error.strerror}; no OSC"
                if fault != self.fault:
                    self._desk.events.add("fault", text=fault)
                self.fault = fault
                await asyncio.sleep(_TRY_AGAIN_S)
                continue
            self.fault = ""
            return transport

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Tell others what happens, in the journal and on the paper, until the end."""
        heard = (self._desk.events.listeners, self._tell_record)
        seen = (self._desk.watch.listeners, self._tell_event)
        for listeners, listener in (heard, seen):
            listeners.append(listener)
        try:
            yield
        finally:
            for listeners, listener in (heard, seen):
                listeners.remove(listener)

    def apply(self, wanted: Wanted) -> None:
        """Do what messages ask for; what is not possible is recorded once."""
        for address, value in wanted.items():
            try:
                self._apply(address.removeprefix(_IN), value)
            except (ExhibitError, OSError) as error:
                self._refuse(str(error))

    def _apply(self, address: str, value: Any) -> None:
        settings = self._desk.settings
        kind, _, name = address.partition("/")
        if kind in _MODEL_VALUES and isinstance(value, float | int):
            settings.preview({"model": {kind: float(value)}})
        elif kind == "direction" and isinstance(value, float | int):
            settings.preview({"editing": {"directions": self._moved(name, float(value))}})
        elif address in _SWITCHES and isinstance(value, float | int):
            section, key = _SWITCHES[address]
            settings.preview({section: {key: bool(value)}})
        elif address in _SECONDS and isinstance(value, float | int):
            section, key = _SECONDS[address]
            settings.preview({section: {key: float(value)}})
        elif kind == "sound" and name in _SOUND_VALUES and isinstance(value, float | int):
            settings.preview({"sound": {name: float(value)}})
        elif kind == "scene" and isinstance(value, str):
            if self._clock() >= self._scene_due:
                self._scene_due = self._clock() + _SCENE_AT_MOST_EVERY_S
                switch_scene(self._desk, value, "osc")
        else:
            self._refuse(f"{_IN}{address} {value!r:.40} is no message of the table")

    def _moved(self, name: str, strength: float) -> list[dict[str, Any]]:
        editing = self._desk.settings.effective.model_dump(mode="json")["editing"]
        directions: list[dict[str, Any]] = editing["directions"]
        for direction in directions:
            if direction["name"] == name:
                direction["strength"] = strength
                return directions
        path = self._desk.bundles.current()
        if path is None or name not in directions_of(path):
            raise ExhibitError(f"{_IN}direction/{name}: the bundle has no such direction")
        return [*directions, {"name": name, "strength": strength}]

    def _refuse(self, text: str) -> None:
        if text not in self._refused and len(self._refused) < _MOST_WAITING:
            self._refused.add(text)
            self._desk.events.add("osc refused", text=text)

    def _tell_coverage(self) -> None:
        if not self._targets or self._clock() < self._tell_due:
            return
        self._tell_due = self._clock() + _TELL_EVERY_S
        coverage = self._desk.table.look()["engine"].get("coverage")
        if coverage is not None and coverage != self._coverage:
            self._coverage = coverage
            self._send("ink/coverage", float(coverage))

    def _tell_record(self, record: dict[str, Any]) -> None:
        # What happens on the paper has been told already, and every time.
        if record["what"] not in KEPT_EVENTS:
            self._tell_event(record)

    def _tell_event(self, record: dict[str, Any]) -> None:
        name, text = str(record["what"]).replace(" ", "_"), str(record.get("text", ""))
        self._send(f"event/{name}", text)
        if name == "recalled":
            self._send(name, text)

    def _send(self, address: str, value: float | str) -> None:
        message = build_msg(_OUT + address, value).dgram
        for family, target in self._targets:
            # Whoever does not listen misses it.
            with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto(message, target)


def _messages(data: bytes) -> Iterator[tuple[str, Any]]:
    try:
        messages = [timed.message for timed in OscPacket(data).messages]
        found = [(message.address, (list(message.params) or [None])[0]) for message in messages]
    except _UNREADABLE:
        return
    for address, value in found:
        if address.startswith(_IN):
            yield address, value


def _target(text: str) -> tuple[socket.AddressFamily, tuple[str, int]]:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return family, (host, int(port))
