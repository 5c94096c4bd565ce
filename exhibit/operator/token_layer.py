"""What the tokens that lie on the table set: one layer of settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from exhibit.contract.bundle import DIRECTIONS_META, find_bundle
from exhibit.contract.errors import ExhibitError, InputError
from exhibit.contract.settings.layers import Layer, merged
from exhibit.contract.settings.schema import Config
from exhibit.contract.settings.tokens import GAINS, TokenConfig
from exhibit.contract.token_card import FULL_TURN_DEG
from exhibit.operator.bundles import Bundles, directions_of, read_card
from exhibit.operator.state.scenes import SceneBook
from exhibit.operator.switching import why_not_in_a_scene

_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Turned:
    """What is bound to a token that lies on the table, and how far it is turned.

    `share` is −1 at the low end, 1 at the high one.
    """

    card: TokenConfig
    share: float

    @property
    def value(self) -> float:
        """Where it is between both ends, for what is turned."""
        low, high = self.card.low, self.card.high
        return round(low + (high - low) * (self.share + 1) / 2, _DECIMALS)


@dataclass(frozen=True, slots=True, eq=False)
class TokenLayer:
    """What tokens set.

    Args:
        layer: over all other settings.
        fade_s: how long it takes to get there, where a scene says so.
        complaints: what some of them cannot do, and why.
    """

    layer: Layer = field(default_factory=dict)
    fade_s: float | None = None
    complaints: tuple[str, ...] = ()


def share_of(angle_deg: float, before: float) -> float:
    """Return how far a token is turned, −1..1.

    Args:
        angle_deg: clockwise from upright, −180..180.
        before: its share until now: past an end it stays there, and does not jump to the other.
    """
    end = FULL_TURN_DEG / 2
    if abs(angle_deg) <= end:
        return angle_deg / end
    nearer = before if before else angle_deg
    return 1.0 if nearer > 0 else -1.0


def layer_of(
    tokens: Sequence[Turned], base: Config, book: SceneBook, bundles: Bundles
) -> TokenLayer:
    """Return what tokens set together; of two that set the same, the one laid down last does.

    Args:
        tokens: in the order in which they were laid down.
        base: the settings without them.
        book: all scenes.
        bundles: the bundles of this machine.
    """
    layer: Layer = {}
    fades, complaints = [], []
    for token in tokens:
        try:
            if token.card.does == "scene":
                scene = book.find(token.card.name)
                fades.append(scene.fade_s)
            layer = merged(layer, _set_by(token, layer, base, book, bundles))
        except (ExhibitError, OSError) as error:
            complaints.append(f"token {token.card.id}: {error}")
    return TokenLayer(layer, max(fades, default=None), tuple(complaints))


def _set_by(token: Turned, below: Layer, base: Config, book: SceneBook, bundles: Bundles) -> Layer:
    card = token.card
    if card.does == "label":
        return {"visit": {"label": card.name != "off"}}
    if card.does == "takehome":
        return {}
    if card.does in GAINS:
        return {GAINS[card.does][0]: {card.does: token.value}}
    directions = below.get("editing", {}).get("directions")
    if directions is None:
        directions = base.editing.model_dump(mode="json")["directions"]
    in_use = below.get("model", {}).get("bundle", base.model.bundle)
    if card.does == "direction":
        moved = _moved(directions, card.name, token.value, _known(bundles, in_use))
        return {"editing": {"directions": moved}}
    if card.does == "bundle":
        return _with_bundle({}, card.name, directions, bundles)
    scene = book.find(card.name)
    refused = why_not_in_a_scene(scene)
    if refused is not None:
        raise InputError(f"scene '{scene.name}': {refused}")
    if scene.bundle in (None, in_use):
        return scene.settings
    theirs = scene.settings.get("editing", {}).get("directions", directions)
    return _with_bundle(scene.settings, str(scene.bundle), theirs, bundles)


def _with_bundle(
    settings: Layer, name: str, directions: list[dict[str, Any]], bundles: Bundles
) -> Layer:
    """Return settings with another bundle, and of the directions those that it has."""
    known = _known(bundles, name)
    kept = [direction for direction in directions if direction["name"] in known]
    return merged(settings, {"model": {"bundle": name}, "editing": {"directions": kept}})


def _known(bundles: Bundles, name: str) -> frozenset[str]:
    """Return the names of a bundle's directions; raises BundleError where it is none."""
    path = find_bundle(name, bundles.folder)
    files = (path / "card.yaml", path / DIRECTIONS_META)
    return _directions_at(path, tuple(f.stat().st_mtime_ns if f.exists() else 0 for f in files))


@lru_cache(maxsize=8)
def _directions_at(path: Path, _written_at: tuple[int, ...]) -> frozenset[str]:
    # A card takes ten milliseconds to read, and a knob that is turned asks for it in every frame.
    read_card(path)
    return frozenset(directions_of(path))


def _moved(
    directions: list[dict[str, Any]], name: str, strength: float, known: frozenset[str]
) -> list[dict[str, Any]]:
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        raise InputError(f"the bundle has no direction '{name}'; it has {names}")
    others = [direction for direction in directions if direction["name"] != name]
    mine = [{**d, "strength": strength} for d in directions if d["name"] == name]
    return [*others, *(mine or [{"name": name, "strength": strength}])]
