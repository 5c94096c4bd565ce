"""The bundles of this machine, and changing from one to another while the table runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exhibit.contract.bundle import BUNDLES_DIR, DIRECTIONS_META, Card, find_bundle
from exhibit.contract.errors import BundleError, ConfigError, InputError
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.layers import Layer, flat, nested
from exhibit.contract.table_state import TableState
from exhibit.contract.yaml_text import YamlError, read_yaml
from exhibit.operator.state.journal import Journal
from exhibit.operator.state.settings import Settings

_OPENS_WITHIN_S = 300.0
_KEY = "model.bundle"


@dataclass(frozen=True, slots=True)
class Change:
    """A bundle on its way: `name` as it was asked for, `before`, the one that answers until then,
    and the `generation` of the settings that ask for it."""

    name: str
    before: str
    by: str
    began_at: float
    generation: int


class Bundles:
    """Lists bundles, and follows a change from one to another until it is made or refused.

    Attributes:
        folder: where bundles are installed.

    Args:
        settings: holds which bundle is in use.
        table: says whether the engine can start.
        events: says how it ended.
        folder: where bundles are installed.
        clock: monotonic seconds.
        uploaded: where those lie that were uploaded; they are named by their folder.
    """

    def __init__(
        self,
        settings: Settings,
        table: TableState,
        events: Journal,
        folder: Path = BUNDLES_DIR,
        clock: Callable[[], float] = time.monotonic,
        uploaded: Path | None = None,
    ) -> None:
        self._uploaded = uploaded
        self._settings, self._table, self._events = settings, table, events
        self.folder, self._clock = folder, clock
        self.opening: Change | None = None
        self.refused = ""

    @property
    def in_use(self) -> str:
        """The bundle that answers, as the settings name it."""
        change = self.opening
        return self._settings.effective.model.bundle if change is None else change.before

    def installed(self) -> list[dict[str, Any]]:
        """Return what the card of every bundle says, the one in use among them."""
        paths = {path.parent.name: path.parent for path in self.folder.glob("*/card.yaml")}
        if self._uploaded is not None:
            cards = self._uploaded.glob("[!.]*/card.yaml")
            paths |= {str(path.parent): path.parent for path in cards}
        if self.in_use not in paths:
            paths[self.in_use] = Path(self.in_use)
        return [
            {**_describe(name, path), "uploaded": path.parent == self._uploaded}
            for name, path in sorted(paths.items())
        ]

    def current(self) -> Path | None:
        """Return the folder of the bundle in use."""
        try:
            return find_bundle(self.in_use, self.folder)
        except BundleError:
            return None

    def begin(self, name: str, by: str) -> None:
        """Let the engine open a bundle beside the one in use, and change to it.

        Raises:
            BundleError: there is no such bundle, or its card is not right.
            InputError: another change is under way.
            ConfigError: safe mode is on.
        """
        if "bundle" in self._settings.layers.token.get("model", {}):
            raise InputError("a token on the table chooses the bundle; take it away first")
        if self.opening is not None:
            raise InputError(f"bundle '{self.opening.name}' is still being opened; wait for it")
        path = find_bundle(name, self.folder)
        read_card(path)
        before = self.in_use
        wanted = {_KEY: name, **self._directions_left(set(directions_of(path)))}
        change = self._settings.open_bundle(nested(wanted))
        self.refused = ""
        self.opening = Change(name, before, by, self._clock(), change.generation)

    def look(self, engine: Mapping[str, Any]) -> None:
        """See in the engine's status how the change goes; called about once a second."""
        change = self.opening
        if change is None:
            return
        refused = engine.get("bundle_refused")
        if _KEY not in dict(flat(self._settings.layers.opening)):
            # Safe mode, or a person who set the bundle for good.
            self.opening = None
        elif refused is not None and refused["generation"] >= change.generation:
            self._refuse(change, str(refused["reason"]))
        elif engine.get("generation", 0) >= change.generation:
            self._keep(change)
        elif "engine" in self._table.refusing():
            self._refuse(change, "the engine cannot start with it")
        elif self._clock() - change.began_at > _OPENS_WITHIN_S:
            self._refuse(change, "the engine did not open it")

    def _keep(self, change: Change) -> None:
        self.opening = None
        self._events.add("bundle", text=f"'{change.name}' answers now", by=change.by)
        path = find_bundle(change.name, self.folder)
        wanted = {_KEY: change.name, **self._directions_left(set(directions_of(path)))}
        try:
            self._settings.keep_bundle(nested(wanted), change.by)
        except (ConfigError, OSError) as error:
            self._events.add(
                "fault", text=f"bundle '{change.name}' is in use but not saved: {error}"
            )

    def _refuse(self, change: Change, reason: str) -> None:
        self.opening, self.refused = None, reason
        self._settings.drop_bundle()
        self._events.add("bundle refused", text=f"'{change.name}': {reason}", by=change.by)

    def _directions_left(self, known: set[str]) -> Layer:
        """Return the directions in use that a bundle has, where there are others too."""
        directions = self._settings.effective.model_dump(mode="json")["editing"]["directions"]
        kept = [direction for direction in directions if direction["name"] in known]
        return {} if len(kept) == len(directions) else {"editing.directions": kept}


def read_card(path: Path) -> dict[str, Any]:
    """Return what a bundle's card says; raises BundleError where it is no card."""
    try:
        data = read_yaml(plain_text(path / "card.yaml"))[1]
        return Card.model_validate(data).model_dump(mode="json", exclude={"files"})
    except (OSError, UnicodeDecodeError, YamlError, ValidationError) as error:
        raise BundleError(f"{path}: {str(error).splitlines()[0]}") from None


def directions_of(path: Path) -> dict[str, Any]:
    """Return what a bundle says of its directions, by name; nothing where it cannot be read."""
    try:
        found = json.loads(plain_text(path / DIRECTIONS_META))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _describe(name: str, path: Path) -> dict[str, Any]:
    try:
        return {"bundle": name, "card": read_card(path), "fault": None}
    except BundleError as error:
        return {"bundle": name, "card": None, "fault": str(error)}
