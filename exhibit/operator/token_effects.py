"""Acting on printed tokens: what lies on the table holds, and what is taken away eases back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from exhibit.contract.errors import ConfigError
from exhibit.contract.laid_tokens import LaidToken, LaidTokenReader
from exhibit.contract.settings.layers import Layer, flat, merged, nested, without
from exhibit.contract.settings.schema import Config
from exhibit.operator.desk import Desk
from exhibit.operator.state.fading import STEP_S, between, can_move, pace_of
from exhibit.operator.token_layer import TokenLayer, Turned, layer_of, share_of

LOOK_EVERY_S = 0.01
_EASE_S = 0.6
"""Time in which a value gets from what is set to what a token says, and back."""
_EASED = ("stage.", "sound.", "model.follow", "model.recall")
"""The engine eases psi and directions by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """From some values to others: what moves, by dotted key, and the pace meanwhile."""

    moving: dict[str, tuple[Any, Any]]
    pace: dict[str, Any]
    began_at: float
    duration_s: float

    def at(self, now: float) -> Layer | None:
        """Return where it has got to, None once it has arrived."""
        share = (now - self.began_at) / self.duration_s
        if share >= 1 or not (self.moving or self.pace):
            return None
        values = {key: between(*pair, share) for key, pair in self.moving.items()}
        return nested({**self.pace, **values})


class TokenEffects:
    """Holds the layer of settings that tokens set; see `exhibit.operator.token_layer`.

    Attributes:
        faults: what tokens that lie there cannot do, and why.

    Args:
        desk: settings, scenes and bundles, and the run folder in which the engine tells of tokens.
        clock: monotonic seconds.
    """

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._clock = desk, clock
        self._reader = LaidTokenReader(desk.run_dir)
        self._shares: dict[int, float] = {}
        self._seen: object = None
        self._lying: frozenset[int] = frozenset()
        self._target = TokenLayer()
        self._base: tuple[list[object], Config] | None = None
        self._way: _Way | None = None
        self._due = 0.0
        self.faults: tuple[str, ...] = ()

    def step(self) -> None:
        """Take in which tokens lie now, and go on with what eases; cheap where nothing changes."""
        settings, bundles = self._desk.settings, self._desk.bundles
        config, laid = settings.effective.tokens, self._reader.look()
        if not config.enabled or settings.safe_mode:
            laid = ()
        seen = (laid, settings.layers, id(self._desk.scenes.book), bundles.opening)
        if seen != self._seen:
            self._take_home(laid)
            self._aim(laid)
        elif self._way is not None and self._clock() >= self._due:
            self._go_on()
        else:
            return
        # What was done here is no news.
        self._seen = (laid, settings.layers, *seen[2:])

    def _take_home(self, laid: tuple[LaidToken, ...]) -> None:
        """Ask for the drawing, once for each time that a token is laid down for it."""
        config, before = self._desk.settings.effective.tokens, self._lying
        self._lying = frozenset(token.number for token in laid)
        for number in sorted(self._lying - before):
            card = config.card(number)
            if card is not None and card.does == "takehome":
                self._desk.orders.take_home(f"token {number}")

    def _aim(self, laid: tuple[LaidToken, ...]) -> None:
        desk = self._desk
        tokens = self._turned(laid)
        if not tokens and not self._target.layer:
            self._tell(())
            return
        target = layer_of(tokens, self._settings_without(), desk.scenes.book, desk.bundles)
        if desk.bundles.opening is not None:
            # A change that somebody asked for goes first; the token is looked at again after it.
            target = replace(target, layer=without(target.layer, ["model.bundle"]))
        self._tell(target.complaints)
        before, self._target = self._target, target
        if target.layer != before.layer:
            self._begin(before, target)

    def _settings_without(self) -> Config:
        """Return what is set without tokens; validated anew only where somebody changed it."""
        stack = replace(self._desk.settings.layers, token={})
        parts = [getattr(stack, part.name) for part in fields(stack)]
        if self._base is None or parts != self._base[0]:
            self._base = (parts, stack.effective())
        return self._base[1]

    def _begin(self, before: TokenLayer, target: TokenLayer) -> None:
        """Set out for other values from those that hold now."""
        settings = self._desk.settings
        fades = [fade for fade in (before.fade_s, target.fade_s) if fade is not None]
        # A knob that is turned while a scene lies there does not move at the scene's pace.
        is_scene = before.fade_s != target.fade_s
        duration_s = max(fades) if is_scene and fades else _EASE_S
        moving = {}
        eased = [
            k for part in (before, target) for k, _ in flat(part.layer) if k.startswith(_EASED)
        ]
        if eased:
            after = replace(settings.layers, token=target.layer).effective()
            old, new = settings.values(), dict(flat(after.model_dump(mode="json")))
            moving = {key: (old[key], new[key]) for key in eased if can_move(old[key], new[key])}
        pace = pace_of(duration_s) if is_scene else {}
        # The first step is taken at once: whoever turns a knob waits for it.
        began_at = self._clock() - STEP_S
        self._way = _Way(moving, pace, began_at, duration_s) if duration_s > STEP_S else None
        self._go_on()

    def _go_on(self) -> None:
        now = self._clock()
        self._due = now + STEP_S
        layer = None if self._way is None else self._way.at(now)
        if layer is None:
            self._way, layer = None, {}
        try:
            self._desk.settings.hold_tokens(merged(self._target.layer, layer))
        except ConfigError as error:
            self._way = None
            self._tell((*self.faults, str(error)))

    def _turned(self, laid: tuple[LaidToken, ...]) -> list[Turned]:
        config, shares = self._desk.settings.effective.tokens, self._shares
        self._shares = {
            token.number: share_of(token.angle_deg, shares.get(token.number, 0.0)) for token in laid
        }
        cards = ((config.card(token.number), token.number) for token in laid)
        return [Turned(card, self._shares[number]) for card, number in cards if card is not None]

    def _tell(self, faults: tuple[str, ...]) -> None:
        for fault in faults:
            if fault not in self.faults:
                self._desk.events.add("token refused", text=fault)
        self.faults = faults


def lying(desk: Desk, engine: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tokens on the table as the engine's status tells of them, and what they do."""
    config = desk.settings.effective.tokens
    found = []
    for token in engine["tokens"]:
        card = config.card(int(token["number"]))
        bound = {"does": None, "name": ""} if card is None else card.model_dump(mode="json")
        place = {key: token[key] for key in ("number", "angle_deg", "x", "y")}
        found.append({**place, "does": bound["does"], "name": bound["name"]})
    return found
