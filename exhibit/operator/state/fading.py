"""Going from the settings of one scene to those of another, gradually."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from exhibit.contract.settings.layers import Layer, flat, nested
from exhibit.operator.state.settings import Settings

STEP_S = 1 / 12
# The engine eases strengths and psi by itself; three time constants are 95 % of the way.
_TIME_CONSTANTS = 3.0
_MOVED = ("stage.", "sound.")
_LONGEST_EASE_S, _LONGEST_CROSSFADE_MS = 30.0, 10_000


class Fade:
    """One change of scene: tone and loudness move in steps, the rest eases and cross-fades.

    The settings of the scene are saved at once; where the fade has got to is a layer of its own.
    What a person may not choose, such as a very bright stage, may well be where a fade comes from.

    Args:
        settings: whose layer `scene` moves.
        clock: monotonic seconds.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._moving: dict[str, tuple[Any, Any]] = {}
        self._pace: dict[str, Any] = {}
        self._began_at = self._duration_s = 0.0

    @property
    def active(self) -> bool:
        """Whether a fade is under way; safe mode ends one."""
        return bool(self._settings.layers.scene)

    def begin(self, patch: Layer, duration_s: float, by: str, note: str) -> None:
        """Save the settings of a scene, and begin to fade to them.

        Raises:
            ConfigError: a setting is not allowed; nothing changed.
            OSError: it cannot be saved; nothing changed.
        """
        before = self._settings.values()
        moving = {
            key: (before[key], value)
            for key, value in flat(patch)
            if key.startswith(_MOVED) and can_move(before.get(key), value)
        }
        pace = pace_of(duration_s)
        start = {key: pair[0] for key, pair in moving.items()}
        scene = nested({**pace, **start}) if duration_s > 0 else {}
        self._settings.adopt(patch, by, note, scene=scene)
        self._moving, self._pace = moving, pace
        self._began_at, self._duration_s = self._clock(), duration_s

    def step(self) -> None:
        """Go on to where the fade is now; does nothing where there is none."""
        if not self.active:
            return
        share = (self._clock() - self._began_at) / self._duration_s
        if share >= 1:
            self._settings.move_scene({})
            return
        values = {key: between(*pair, share) for key, pair in self._moving.items()}
        if values:
            self._settings.move_scene(nested({**self._pace, **values}))


def pace_of(duration_s: float) -> dict[str, Any]:
    """Return, by dotted key, how fast the engine eases and the stage fades for so long a fade."""
    return {
        "editing.ease_s": min(duration_s / _TIME_CONSTANTS, _LONGEST_EASE_S),
        "stage.crossfade_ms": min(round(duration_s * 1000), _LONGEST_CROSSFADE_MS),
    }


def can_move(before: Any, after: Any) -> bool:
    """Return whether there is something between two values of a setting: numbers or colours."""
    if before == after or isinstance(before, bool) or isinstance(after, bool):
        return False
    return (isinstance(before, float) and isinstance(after, int | float)) or _is_colour(before)


def _is_colour(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("#")


def between(before: Any, after: Any, share: float) -> Any:
    """Return what lies between two values of a setting, at a share 0..1 of the way."""
    if not _is_colour(before):
        return before + (after - before) * share
    pairs = zip(_channels(before), _channels(after), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
