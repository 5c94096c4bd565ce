"""Controls for settings, from the schema alone: a new setting appears on the page by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from exhibit.contract.settings.schema import Config

Kind = Literal["slider", "number", "switch", "choice", "colour", "text", "list"]
_MOST_SLIDER_STEPS = 500
_SLIDER_STEPS = 100
_OWN_WIDGET = frozenset({"editing.directions", "tokens.cards"})


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """How one setting is changed.

    `low`, `high` and `step` hold for numbers; `choices` for a choice; `optional` settings may be
    empty; a `live` one takes effect while the table runs.
    """

    key: str
    kind: Kind
    default: Any
    description: str
    unit: str
    live: bool
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[Any, ...] = ()
    optional: bool = False
    whole: bool = False

    @property
    def section(self) -> str:
        """First part of the key; empty for a key of the root."""
        return self.key.rpartition(".")[0]


@cache
def controls() -> tuple[Control, ...]:
    """Return a control for every setting but those that have a widget of their own."""
    schema = Config.model_json_schema()
    return tuple(_controls_of(schema, schema, ""))


def _controls_of(
    node: Mapping[str, Any], schema: Mapping[str, Any], above: str
) -> Iterator[Control]:
    for name, entry in node["properties"].items():
        key, found = f"{above}{name}", _resolved(entry, schema)
        if "properties" in found:
            yield from _controls_of(found, schema, f"{key}.")
        elif key not in _OWN_WIDGET:
            yield _control(key, found)


def _resolved(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    target = schema["$defs"][entry["$ref"].rpartition("/")[2]] if "$ref" in entry else {}
    return {**target, **entry}


def _control(key: str, entry: Mapping[str, Any]) -> Control:
    plain = [choice for choice in entry.get("anyOf", ()) if choice.get("type") != "null"]
    typed = {**entry, **plain[0]} if plain else entry
    common: dict[str, Any] = {
        "key": key,
        "default": entry.get("default"),
        "description": " ".join(entry.get("description", "").split()),
        "unit": entry.get("unit", ""),
        "live": bool(entry.get("live")),
        "optional": bool(plain),
    }
    if "enum" in typed:
        return Control(kind="choice", choices=tuple(typed["enum"]), **common)
    kind = typed.get("type")
    if kind == "boolean":
        return Control(kind="switch", **common)
    if kind in ("integer", "number"):
        return Control(**common, **_numeric(typed))
    if kind == "array":
        return Control(kind="list", **common)
    colour = str(typed.get("pattern", "")).startswith("^#")
    return Control(kind="colour" if colour else "text", **common)


def _numeric(entry: Mapping[str, Any]) -> dict[str, Any]:
    low = entry.get("minimum", entry.get("exclusiveMinimum"))
    high, whole = entry.get("maximum"), entry["type"] == "integer"
    step = _step(low, high, whole, entry.get("default"))
    sliding = low is not None and high is not None and (high - low) / step <= _MOST_SLIDER_STEPS
    kind: Kind = "slider" if sliding and entry.get("live") else "number"
    return {"kind": kind, "low": low, "high": high, "step": step, "whole": whole}


def _step(low: float | None, high: float | None, whole: bool, default: Any) -> float:
    """Return 1, 2 or 5 times a power of ten such that the range has about 100 steps.

    More of them where the default would lie between two: a slider cannot stand there.
    """
    if low is None or high is None:
        return 1
    wanted = (high - low) / _SLIDER_STEPS
    power = math.floor(math.log10(wanted))
    near = [factor * 10.0**p for p in (power, power - 1) for factor in (5, 2, 1)]
    steps = [step for step in near if step <= wanted * 1.0001]
    if whole:
        steps = [max(1, round(step)) for step in steps]
    else:
        # A setting in seconds or line widths is also given by hand, in tenths.
        steps = [round(min(step, 0.1), 4) for step in steps]
    return next((step for step in steps if _is_on_grid(default, low, step)), steps[0])


def _is_on_grid(value: Any, low: float, step: float) -> bool:
    return value is None or abs(math.remainder(value - low, step)) < 1e-9
