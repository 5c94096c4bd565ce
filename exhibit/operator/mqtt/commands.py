"""What messages ask of the table, as far as the role of MQTT allows it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from exhibit.contract.errors import ExhibitError
from exhibit.operator.desk import Desk
from exhibit.operator.switching import switch_scene

COMMANDS = ("scene", "brightness", "freeze", "blank")
_SWITCH = {"ON": True, "OFF": False}
_LONGEST = 200
_SCENE_AT_MOST_EVERY_S = 1.0
_BY = "mqtt"


class Commands:
    """Does what messages ask for; what is not possible is recorded once.

    Args:
        desk: what they change.
        clock: monotonic seconds.
    """

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._clock = desk, clock
        self._scene_due = float("-inf")
        self._refused: set[str] = set()

    def apply(self, wanted: Mapping[str, bytes]) -> None:
        """Do what the newest messages ask for, by the command's name."""
        for name, payload in wanted.items():
            try:
                reason = self._apply(name, payload)
            except (ExhibitError, OSError) as error:
                reason = str(error)
            if reason and reason not in self._refused:
                self._refused.add(reason)
                self._desk.events.add("mqtt refused", text=f"{name}/set: {reason}")

    def _apply(self, name: str, payload: bytes) -> str:
        """Do what one message asks for, or return why not."""
        try:
            text = payload[: _LONGEST + 1].decode("utf-8")
        except UnicodeDecodeError:
            return "not UTF-8"
        if len(text) > _LONGEST:
            return f"longer than {_LONGEST} bytes"
        match name:
            case "scene":
                return self._switch(text)
            case "brightness":
                return self._brighten(text)
            case "freeze" | "blank" if text in _SWITCH:
                if not self._desk.orders.show(name, _SWITCH[text]):
                    return "the stage is not there"
                self._desk.audit.add(name, on=_SWITCH[text], by=_BY)
                return ""
        return f"'{text}'; expected ON or OFF"

    def _switch(self, name: str) -> str:
        if self._clock() < self._scene_due:
            return "more than one scene a second; the later ones are not taken"
        self._desk.scenes.book.find(name)
        self._scene_due = self._clock() + _SCENE_AT_MOST_EVERY_S
        switch_scene(self._desk, name, _BY)
        return ""

    def _brighten(self, text: str) -> str:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            return f"'{text}'; expected a number from -1 to 1"
        self._desk.settings.preview({"stage": {"brightness": value}})
        return ""
