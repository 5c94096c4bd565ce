"""What a key of the configuration expects, in words, from the schema alone.

Used in error messages and, by the operator's page, beside a setting.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "null": "nothing",
    "object": "a section",
    "array": "a list",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the configuration, as a person needs it to choose a value."""

    key: str
    default: Any
    expected: str
    description: str


def expectation_at(model: type[BaseModel], key: tuple[str | int, ...]) -> str:
    """Return what `key` expects, for example `a number from 5 to 240 (Hz)`; empty if unknown."""
    node = _node_at(_schema(model), key)
    return "" if node is None else _words(node, _schema(model))


def needs_quotes(model: type[BaseModel], key: tuple[str | int, ...], written: str) -> bool:
    """Return whether `key` would take what is written there, if it were quoted text."""
    node = _node_at(_schema(model), key) or {}
    texts = [choice for choice in node.get("anyOf", [node]) if choice.get("type") == "string"]
    return any(
        re.search(text["pattern"], written) is not None if "pattern" in text else not _example(text)
        for text in texts
    )


def keys_at(model: type[BaseModel], key: tuple[str | int, ...]) -> list[str]:
    """Return the names of the keys of the section at `key`, in order of declaration."""
    node = _node_at(_schema(model), key)
    return [] if node is None else list(node.get("properties", {}))


def settings_of(model: type[BaseModel], above: str = "") -> Iterator[Setting]:
    """Yield every setting of the schema, section by section, in order of declaration."""
    for name, field in model.model_fields.items():
        key = f"{above}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_of(field.annotation, f"{key}.")
        else:
            expected = expectation_at(model, (name,))
            description = " ".join((field.description or "").split())
            yield Setting(key, field.get_default(), expected, description)


@functools.cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _node_at(schema: Mapping[str, Any], key: tuple[str | int, ...]) -> Mapping[str, Any] | None:
    node: Mapping[str, Any] | None = schema
    for step in key:
        if node is None:
            return None
        properties = node.get("properties", {})
        node = node.get("items") if isinstance(step, int) else properties.get(step)
        node = None if node is None else _resolved(node, schema)
    return node


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    target = schema["$defs"][str(node["$ref"]).rsplit("/", 1)[-1]]
    return {**target, **{name: value for name, value in node.items() if name != "$ref"}}


def _words(node: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if "anyOf" in node:
        choices = [_words(_resolved(choice, schema), schema) for choice in node["anyOf"]]
        return " or ".join(choices)
    if "const" in node:
        return str(node["const"])
    if "enum" in node:
        return "one of " + ", ".join(str(choice) for choice in node["enum"])
    words = _KINDS.get(str(node.get("type")), "a value")
    if node.get("type") == "array":
        words += _counts(node) + " of " + _words(_resolved(node.get("items", {}), schema), schema)
    if node.get("type") == "object" and node.get("properties"):
        words += " with keys such as " + ", ".join(list(node["properties"])[:3])
    if example := _example(node):
        words += f' like "{example}"'
    words += _bounds(node) + _lengths(node)
    unit = node.get("unit")
    return f"{words} ({unit})" if unit else words


def _example(node: Mapping[str, Any]) -> str:
    """Return a right value of a form of its own; a pattern says nothing to most people."""
    if "examples" in node:
        return str(node["examples"][0])
    return str(node.get("default", "")) if "pattern" in node else ""


def _bounds(node: Mapping[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    above = node.get("exclusiveMinimum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if above is not None:
        return f" above {above}" + ("" if high is None else f", at most {high}")
    if low is not None:
        return f" of at least {low}"
    return "" if high is None else f" of at most {high}"


def _lengths(node: Mapping[str, Any]) -> str:
    shortest, longest = node.get("minLength"), node.get("maxLength")
    if shortest is not None and shortest == longest:
        return f" of {shortest} characters"
    return "" if longest is None else f" of at most {longest} characters"


def _counts(node: Mapping[str, Any]) -> str:
    fewest, most = node.get("minItems"), node.get("maxItems")
    if most is None:
        return ""
    return f" (at most {most})" if not fewest else f" ({fewest} to {most})"
