"""Layers of settings: nested mappings by section, where a later layer wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Layer = dict[str, Any]


def merged(below: Mapping[str, Any], layer: Mapping[str, Any]) -> Layer:
    """Return `below` with `layer` on top; a list replaces the whole list below it."""
    result = dict(below)
    for key, value in layer.items():
        beneath = result.get(key)
        if isinstance(beneath, Mapping) and isinstance(value, Mapping):
            result[key] = merged(beneath, value)
        else:
            result[key] = value
    return result


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Layer:
    """Return the layer that turns `before` into `after`; both have the same sections."""
    changed: Layer = {}
    for key, value in after.items():
        beneath = before.get(key)
        if isinstance(beneath, Mapping) and isinstance(value, Mapping):
            inner = difference(beneath, value)
            if inner:
                changed[key] = inner
        elif key not in before or beneath != value:
            changed[key] = value
    return changed


def flat(layer: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a layer with its dotted key, such as `ink.settle_ms`."""
    for key, value in layer.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def nested(values: Mapping[str, Any]) -> Layer:
    """Return the layer of values by dotted key: the inverse of `flat`."""
    layer: Layer = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        inside = layer
        for section in sections:
            inside = inside.setdefault(section, {})
        inside[name] = value
    return layer


def without(layer: Mapping[str, Any], keys: Iterable[str]) -> Layer:
    """Return the layer without the dotted `keys`; a key of a section takes out the section."""
    gone = tuple(keys)
    return nested(
        {
            key: value
            for key, value in flat(layer)
            if not any(key == name or key.startswith(f"{name}.") for name in gone)
        }
    )


def with_keys_of(layer: Mapping[str, Any], source: Mapping[str, Any], keys: Iterable[str]) -> Layer:
    """Return `layer` with the values that `source` gives dotted `keys`, none where it has none."""
    given, wanted = dict(flat(source)), tuple(keys)
    return merged(without(layer, wanted), nested({k: given[k] for k in wanted if k in given}))
