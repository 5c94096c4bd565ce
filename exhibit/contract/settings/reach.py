"""How far a setting reaches: at once, or only when a process starts again."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from exhibit.contract.settings.layers import difference, flat
from exhibit.contract.settings.schema import Config

WHOLE_TABLE = "table"
_READ_BY = {
    "camera": "engine",
    "ink": "engine",
    "model": "engine",
    "editing": "engine",
    "stage": "stage",
    "visit": "stage",
    "web": "web",
    "operator": "operator",
    "osc": "operator",
    "mqtt": "operator",
    "sound": "sound",
    "tokens": "engine",
    "takehome": "takehome",
    "notices": "operator",
    "supervisor": WHOLE_TABLE,
}
# The engine opens another bundle beside the one that answers.
_OPENED_WHILE_RUNNING = "model.bundle"


@functools.cache
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


def restarts_for(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the processes that take the changed dotted `keys` only when they start again."""
    needed = (key for key in keys if key not in live_keys() and key != _OPENED_WHILE_RUNNING)
    sections = (key.partition(".")[0] for key in needed)
    return tuple(sorted({_READ_BY[section] for section in sections if section in _READ_BY}))


def changed_keys(before: Config, after: Config) -> dict[str, object]:
    """Return the values of `after` that differ from `before`, by dotted key."""
    return dict(flat(difference(before.model_dump(mode="json"), after.model_dump(mode="json"))))
