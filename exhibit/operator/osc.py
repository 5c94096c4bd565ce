"""Open Sound Control: other programs move directions, psi and scenes, and hear of the table.

In: `/tracing/direction/<name>` strength, `/tracing/part/<name>` part, `/tracing/psi`,
`/tracing/recall` and `/tracing/follow` value, `/tracing/scene` name or `/tracing/scene/<name>` 1,
`/tracing/sound` and `/tracing/listen` 0 or 1, `/tracing/sound/<part>` loudness of `volume`,
`grain`, `bed` or `cues`, `/tracing/invitation`, `/tracing/label`, `/tracing/figure` and
`/tracing/tokens` 0 or 1, `/tracing/linger` and `/tracing/fade` seconds,
`/tracing/takehome/enabled` 0 or 1, `/tracing/takehome` 1.
Out: `/tracing/ink/coverage` share, `/tracing/recalled` text, `/tracing/event/<name>` text,
`/tracing/token/<id>/laid` 0 or 1 and `/tracing/token/<id>/angle` degrees clockwise from upright.
Values that come in hold until the table ends, and are not saved: a fader sends hundreds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from exhibit.contract.errors import ExhibitError
from exhibit.contract.laid_tokens import LaidTokenReader
from exhibit.contract.settings.addresses import unheard
from exhibit.contract.settings.schema import OscConfig
from exhibit.operator.bundles import directions_of
from exhibit.operator.desk import Desk
from exhibit.operator.osc_inlet import IN, MOST_WAITING, Inlet, Wanted
from exhibit.operator.osc_reading import Value
from exhibit.operator.osc_sending import Outlet
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
    "figure": ("editing", "only_figure"),
    "tokens": ("tokens", "enabled"),
    "takehome/enabled": ("takehome", "enabled"),
}
_SECONDS = {"linger": ("visit", "linger_s"), "fade": ("visit", "fade_s")}
_OUT = "/tracing/"
_APPLY_EVERY_S = 0.05
_TELL_EVERY_S = 0.5
_TRY_AGAIN_S = 10.0
_SCENE_AT_MOST_EVERY_S = 1.0
_NOT_IN_ADDRESSES = re.compile(r"[ #*,/?\[\]{}]")


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
        self.inlet = Inlet(config.allow, self._refuse)
        self._outlet = Outlet(config.send_to, self._refuse)
        self._scene_due = self._tell_due = float("-inf")
        self._coverage: float | None = None
        self._tokens = LaidTokenReader(desk.run_dir)
        self._angles: dict[int, float] = {}
        self._refused: set[str] = set()
        self.fault = ""

    async def serve(self) -> None:
        """Take and send messages until cancelled; what goes wrong here never ends the page."""
        while True:
            try:
                await self._serve()
            except Exception as error:
                log.exception("OSC")
                self._note(f"osc: {error or type(error).__name__}; it begins again")
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _serve(self) -> None:
        for number, why in unheard(self._config.host, self._config.allow):
            self._refuse(f"{self._config.allow[number]} cannot be heard: osc.host {why}")
        transport = await self._open()
        looking_up = asyncio.create_task(self._outlet.look_up())
        try:
            with contextlib.closing(transport), self.listening():
                while True:
                    self.apply(self.inlet.take())
                    self._tell_coverage()
                    self._tell_tokens()
                    await asyncio.sleep(_APPLY_EVERY_S)
        finally:
            looking_up.cancel()

    def _note(self, fault: str) -> None:
        if fault != self.fault:
            self._desk.events.add("fault", text=fault)
        self.fault = fault

    async def _open(self) -> asyncio.DatagramTransport:
        """Open the socket; tried again for as long as another program has its port."""
        loop, config = asyncio.get_running_loop(), self._config
        while True:
            try:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: self.inlet, local_addr=(config.host, config.port)
                )
            except OSError as error:
                self._note(f"osc: {config.host}:{config.port}: {error.strerror}; no OSC")
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
                reason = self._apply(address.removeprefix(IN), value)
            except (ExhibitError, OSError) as error:
                reason = str(error)
            sender = self.inlet.senders.pop(address, "")
            if reason:
                self._refuse(f"from {sender}: {reason}")

    def _apply(self, address: str, value: Value) -> str:
        """Do what a message asks for, or return why not."""
        settings = self._desk.settings
        kind, _, name = address.partition("/")
        if kind == "scene":
            return self._switch(name, value)
        if address == "takehome" and value in (0, 1):
            if value and not settings.effective.takehome.enabled:
                return f"{IN}takehome: it is off; takehome/enabled turns it on"
            if value and not self._desk.orders.take_home("osc"):
                return f"{IN}takehome: the process that prints is not there"
        elif address in _SWITCHES and value in (0, 1):
            section, key = _SWITCHES[address]
            settings.preview({section: {key: bool(value)}})
        elif kind == "part" and isinstance(value, str):
            settings.preview({"editing": {"directions": self._changed(name, part=value)}})
        elif isinstance(value, bool | str):
            return _no_message(address, value)
        elif address in _MODEL_VALUES:
            settings.preview({"model": {kind: float(value)}})
        elif kind == "direction":
            settings.preview(
                {"editing": {"directions": self._changed(name, strength=float(value))}}
            )
        elif address in _SECONDS:
            section, key = _SECONDS[address]
            settings.preview({section: {key: float(value)}})
        elif kind == "sound" and name in _SOUND_VALUES:
            settings.preview({"sound": {name: float(value)}})
        else:
            return _no_message(address, value)
        return ""

    def _switch(self, button: str, value: Value) -> str:
        """Switch to the scene that the value names, or the address where it is a button's."""
        if button and value == 1:
            name = self._scene_of(button)
        elif not button and isinstance(value, str):
            name = value
        else:
            return _no_message(f"scene/{button}" if button else "scene", value)
        self._desk.scenes.book.find(name)
        if self._clock() < self._scene_due:
            return "/tracing/scene: more than one a second; the later ones are not taken"
        self._scene_due = self._clock() + _SCENE_AT_MOST_EVERY_S
        switch_scene(self._desk, name, "osc")
        return ""

    def _scene_of(self, button: str) -> str:
        """Return the scene of an address, which cannot have a space or a comma in it."""
        names = [scene.name for scene in self._desk.scenes.book.scenes]
        return next((name for name in names if _NOT_IN_ADDRESSES.sub("_", name) == button), button)

    def _changed(self, name: str, **changes: float | str) -> list[dict[str, Any]]:
        editing = self._desk.settings.effective.model_dump(mode="json")["editing"]
        directions: list[dict[str, Any]] = editing["directions"]
        for direction in directions:
            if direction["name"] == name:
                direction.update(changes)
                return directions
        path = self._desk.bundles.current()
        if path is None or name not in directions_of(path):
            raise ExhibitError(f"{IN}direction/{name}: the bundle has no such direction")
        return [*directions, {"name": name, **changes}]

    def _refuse(self, text: str) -> None:
        if text not in self._refused and len(self._refused) < MOST_WAITING:
            self._refused.add(text)
            self._desk.events.add("osc refused", text=text)

    def _tell_coverage(self) -> None:
        if not self._outlet.used or self._clock() < self._tell_due:
            return
        self._tell_due = self._clock() + _TELL_EVERY_S
        coverage = self._desk.table.look()["engine"].get("coverage")
        if coverage is not None and coverage != self._coverage:
            self._coverage = coverage
            self._outlet.send(f"{_OUT}ink/coverage", float(coverage))

    def _tell_tokens(self) -> None:
        angles = {token.number: token.angle_deg for token in self._tokens.look()}
        before, self._angles = self._angles, angles
        for number in before.keys() ^ angles.keys():
            self._outlet.send(f"{_OUT}token/{number}/laid", float(number in angles))
        for number, angle_deg in angles.items():
            if before.get(number) != angle_deg:
                self._outlet.send(f"{_OUT}token/{number}/angle", angle_deg)

    def _tell_record(self, record: dict[str, Any]) -> None:
        # What happens on the paper has been told already, and every time.
        if record["what"] not in KEPT_EVENTS:
            self._tell_event(record)

    def _tell_event(self, record: dict[str, Any]) -> None:
        name, text = str(record["what"]).replace(" ", "_"), str(record.get("text", ""))
        self._outlet.send(f"{_OUT}event/{name}", text)
        if name == "recalled":
            self._outlet.send(_OUT + name, text)


def _no_message(address: str, value: Value) -> str:
    return f"{IN}{address} {value!r:.40} is no message of the table"
