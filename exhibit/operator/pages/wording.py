"""Values as people read them: no braces, and no more digits than tell something."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from exhibit.operator.pages.texts import Texts


def plain(value: Any, t: Texts, names: Mapping[str, str] | None = None) -> str:
    """Return a value of a setting or a record in words.

    A direction is its name and strength, and how it moves where it does.

    Args:
        value: as JSON has it.
        t: texts of the reader's language.
        names: what settings are called, by dotted key.
    """
    if isinstance(value, bool):
        return t("site.on") if value else t("site.off")
    if isinstance(value, float):
        return f"{value:.6g}"
    if value is None or (isinstance(value, str | list | tuple | Mapping) and not value):
        return t("site.empty")
    if isinstance(value, Mapping):
        return _mapping(value, t, names or {})
    if isinstance(value, list | tuple):
        return ", ".join(plain(item, t, names) for item in value)
    return (names or {}).get(str(value), str(value))


def _mapping(value: Mapping[str, Any], t: Texts, names: Mapping[str, str]) -> str:
    if "name" in value and "strength" in value:
        how = value.get("modulation") or {}
        moves = "" if how.get("kind", "none") == "none" else f" ({_moves(how, t)})"
        return f"{value['name']} {plain(value['strength'], t)}{moves}"
    if set(value) == {"at", "strength"}:
        return f"{value['at']} {plain(value['strength'], t)}"
    return ", ".join(f"{names.get(key, key)}: {plain(item, t)}" for key, item in value.items())


def _moves(how: Mapping[str, Any], t: Texts) -> str:
    kind = str(how["kind"])
    name = t(f"tune.{kind}") if t.has(f"tune.{kind}") else kind
    if kind == "schedule":
        return f"{name} {plain(how.get('points'), t)}"
    return f"{name} ±{plain(how.get('depth', 0.0), t)}"


def happened(what: str, t: Texts) -> str:
    """Return what a record is about in words; one of a later version's kind as it is called."""
    key = f"happened.{what.replace(' ', '_')}"
    return t(key) if t.has(key) else what


def noted(note: str, t: Texts) -> str:
    """Return in words why there is a version of the settings."""
    if note.startswith("back to version "):
        return f"{t('happened.version')} ({note.rpartition(' ')[2]})"
    kinds = {"directions": "direction", "edited text": "overrides"}
    return happened("reset" if note.startswith("reset ") else kinds.get(note, note), t)


def slider_of(low: float, high: float) -> tuple[float, float, float]:
    """Return ends and step of a slider within a range that holds 0, on which it can stand at 0.

    The step is 1, 2 or 5 times a power of ten, such that the range has 50 to 125 of them.
    """
    wanted = max(high - low, 1e-6) / 125
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    return round(first * step, digits), round(last * step, digits), round(step, digits)
