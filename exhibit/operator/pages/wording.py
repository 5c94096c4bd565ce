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
        return ", ".join(plain(item, t) for item in value)
    return str(value)


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


def inwards(end: float, low: float, high: float) -> float:
    """Return an end of a safe range with few digits, never outside of the range.

    Args:
        end: `low` or `high`.
        low, high: the range, which holds 0.
    """
    scale = 10.0 ** max(1, 2 - math.floor(math.log10(max(high - low, 1e-6))))
    return (math.ceil(end * scale) if end == low else math.floor(end * scale)) / scale
