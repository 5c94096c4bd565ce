"""Where a key stands in a YAML file, for messages that name the line."""

from __future__ import annotations

import yaml

Key = tuple[str | int, ...]


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
