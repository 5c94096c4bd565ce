"""The bundles of this machine, and changing from one to another while the table runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from exhibit.contract.bundle import BUNDLES_DIR, DIRECTIONS_META, Card, find_bundle
from exhibit.contract.errors import BundleError, ConfigError, InputError
from exhibit.contract.settings.layers import Layer
from exhibit.operator.state.journal import Journal
from exhibit.operator.state.settings import Settings
from exhibit.operator.table import Table

_OPENS_WITHIN_S = 300.0
# The engine says twice a second what it does; sooner it may not have heard yet.
_HEARD_WITHIN_S = 4.0


@dataclass(frozen=True, slots=True)
class Change:
    """A bundle on its way: `name` as it was asked for, `card_name` as the engine calls it, and
    `before`, the one that answered when it was asked for."""

    name: str
    card_name: str
    before: str | None
    by: str
    began_at: float
    dropped: tuple[Any, ...]


class Bundles:
    """Lists bundles, and follows a change from one to another until it is made or refused.

    Args:
        settings: holds which bundle is in use.
        table: told of the change.
        events: says how it ended.
        folder: where bundles are installed.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        table: Table,
        events: Journal,
        folder: Path = BUNDLES_DIR,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._table, self._events = settings, table, events
        self._folder, self._clock = folder, clock
        self._seen = False
        self.opening: Change | None = None
        self.refused = ""

    def installed(self) -> list[dict[str, Any]]:
        """Return what the card of every bundle says, the one in use among them."""
        paths = {path.parent.name: path.parent for path in self._folder.glob("*/card.yaml")}
        in_use = self._settings.effective.model.bundle
        if in_use not in paths:
            paths[in_use] = Path(in_use)
        return [_describe(name, path) for name, path in sorted(paths.items())]

    def current(self) -> Path | None:
        """Return the folder of the bundle in use."""
        try:
            return find_bundle(self._settings.effective.model.bundle, self._folder)
        except BundleError:
            return None

    def begin(self, name: str, by: str) -> None:
        """Ask the engine to open a bundle beside the one in use, and to change to it.

        Raises:
            BundleError: there is no such bundle, or its card is not right.
            InputError: another change is under way, or the engine is not there.
        """
        if self.opening is not None:
            raise InputError(f"bundle '{self.opening.name}' is still being opened; wait for it")
        path = find_bundle(name, self._folder)
        card_name = str(read_card(path)["name"])
        before = self._table.look()["engine"]["bundle"]
        dropped = self._drop_directions(set(directions_of(path)))
        if not self._table.use_bundle(name):
            self._take_directions_back(dropped)
            raise InputError("the engine is not there; try again in a moment")
        self.refused, self._seen = "", False
        self.opening = Change(name, card_name, before, by, self._clock(), dropped)

    def look(self, engine: Mapping[str, Any]) -> None:
        """See in the engine's status how the change goes; called about once a second."""
        change = self.opening
        if change is None:
            return
        waited_s = self._clock() - change.began_at
        if engine.get("bundle") == change.card_name != change.before:
            self._keep(change)
        elif engine.get("bundle_opening") is not None:
            self._seen = True
        elif self._seen or waited_s > _HEARD_WITHIN_S:
            if engine.get("bundle") == change.card_name:
                self._keep(change)
            elif engine.get("refused") or waited_s > _OPENS_WITHIN_S:
                self._refuse(change, str(engine.get("refused") or "the engine did not open it"))

    def _keep(self, change: Change) -> None:
        self.opening = None
        self._table.show_loop_of(change.name)
        self._events.add("bundle", text=f"'{change.name}' answers now", by=change.by)
        try:
            self._settings.adopt({"model": {"bundle": change.name}}, change.by, "bundle")
        except (ConfigError, OSError) as error:
            self._events.add(
                "fault", text=f"bundle '{change.name}' is in use but not saved: {error}"
            )

    def _refuse(self, change: Change, reason: str) -> None:
        self.opening, self.refused = None, reason
        self._events.add("bundle refused", text=f"'{change.name}': {reason}", by=change.by)
        self._take_directions_back(change.dropped)

    def _drop_directions(self, known: set[str]) -> tuple[Any, ...]:
        """Take directions out of use that the new bundle does not have; returns all as before."""
        editing = self._settings.effective.model_dump(mode="json")["editing"]
        before = editing["directions"]
        kept = [direction for direction in before if direction["name"] in known]
        if len(kept) == len(before):
            return ()
        self._settings.adopt(_directions(kept), "page", "directions that the bundle has")
        return tuple(before)

    def _take_directions_back(self, before: tuple[Any, ...]) -> None:
        if before:
            self._settings.adopt(_directions(before), "page", "directions as before")


def read_card(path: Path) -> dict[str, Any]:
    """Return what a bundle's card says; raises BundleError where it is no card."""
    try:
        data = yaml.safe_load((path / "card.yaml").read_text(encoding="utf-8"))
        return Card.model_validate(data).model_dump(mode="json", exclude={"files"})
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise BundleError(f"{path}: {str(error).splitlines()[0]}") from None


def directions_of(path: Path) -> dict[str, Any]:
    """Return what a bundle says of its directions, by name; nothing where it cannot be read."""
    try:
        found = json.loads((path / DIRECTIONS_META).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _describe(name: str, path: Path) -> dict[str, Any]:
    try:
        return {"bundle": name, "card": read_card(path), "fault": None}
    except BundleError as error:
        return {"bundle": name, "card": None, "fault": str(error)}


def _directions(directions: Any) -> Layer:
    return {"editing": {"directions": list(directions)}}
