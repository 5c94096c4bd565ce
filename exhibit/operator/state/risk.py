"""Which changes could lose the page or the picture, and which processes a change needs anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from exhibit.contract.settings.schema import Config

_GUARDED = (
    "operator.",
    "web.",
    "camera.",
    "model.bundle",
    "model.providers",
    "stage.display",
    "stage.width",
    "stage.height",
    "stage.fps",
    "stage.mirror",
    "stage.rotate",
    "supervisor.",
)
_DARKEST, _PALEST, _FLATTEST = -0.6, 0.6, 0.2
_RESTARTED = {
    "camera": "engine",
    "ink": "engine",
    "model": "engine",
    "editing": "engine",
    "stage": "stage",
    "web": "web",
    "operator": "operator",
    "osc": "operator",
    "supervisor": "table",
}


def is_risky(key: str, value: Any) -> bool:
    """Return whether setting `key` to `value` could lose the page or the picture."""
    # Asked before a value is checked, so it may be anything; what is no number is refused later.
    if isinstance(value, int | float) and key == "stage.brightness":
        return not _DARKEST <= value <= _PALEST
    if isinstance(value, int | float) and key == "stage.contrast":
        return bool(value < _FLATTEST)
    return key.startswith(_GUARDED)


def live_keys(model: type[BaseModel] = Config, above: str = "") -> frozenset[str]:
    """Return the dotted keys of all settings that may change while the table runs."""
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys |= live_keys(field.annotation, f"{above}{name}.")
        elif isinstance(extra, Mapping) and extra.get("live"):
            keys.add(f"{above}{name}")
    return frozenset(keys)


def restarts_for(keys: Iterable[str], live: frozenset[str]) -> tuple[str, ...]:
    """Return the processes that take the changed `keys` only when they start again."""
    # The engine changes its bundle while it runs.
    needed = (key for key in keys if key not in live and key != "model.bundle")
    sections = (key.partition(".")[0] for key in needed)
    names = {_RESTARTED[section] for section in sections if section in _RESTARTED}
    return tuple(sorted(names))
