"""Where a key stands in a YAML file, for messages that name the line."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from exhibit.contract.yaml_text import is_number_to_others

Key = tuple[str | int, ...]


def key_of(dotted: str) -> Key:
    """Return the steps of a dotted key such as `editing.directions.0.name`."""
    return tuple(int(step) if step.isdecimal() else step for step in dotted.split("."))


def line_of(node: yaml.Node | None, key: Key) -> int | None:
    """Return the line of the deepest part of `key` that the text has."""
    line = None
    for step in key:
        if isinstance(node, yaml.MappingNode):
            match = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if match is None:
                break
            line, node = match[0].start_mark.line + 1, match[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def written_at(node: yaml.Node | None, key: Key) -> str | None:
    """Return the value at `key` as it stands in the text; None where it is quoted or not there."""
    for step in key:
        if isinstance(node, yaml.MappingNode):
            found = [value for name, value in node.value if name.value == str(step)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = node.value[step : step + 1]
        else:
            return None
        if not found:
            return None
        node = found[0]
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style is None else None
    return None if node is None else _stretch(node)


def unquoted_times(node: yaml.Node | None, above: Key = ()) -> Iterator[tuple[Key, str, int]]:
    """Yield key, text and line of every time such as 10:00 that stands without quotes."""
    if isinstance(node, yaml.MappingNode):
        for name, child in node.value:
            yield from unquoted_times(child, (*above, str(name.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from unquoted_times(child, (*above, index))
    elif isinstance(node, yaml.ScalarNode) and is_number_to_others(node):
        yield above, node.value, node.start_mark.line + 1


def _stretch(node: yaml.Node) -> str | None:
    """Return a list or section as it stands in the text, in one line."""
    begins, ends = node.start_mark, node.end_mark
    if begins.buffer is None:
        return None
    return " ".join(begins.buffer[begins.pointer : ends.pointer].split())
