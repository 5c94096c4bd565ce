"""Reading YAML by strangers: at most so long, so deep, and nothing that stands for something else.

A few hundred bytes with aliases can mean gigabytes, and deep nesting takes the reader's own stack.
Nothing the table reads needs either.

Numbers are those of YAML 1.2 (section 10.3.2 of its specification), which means what is written:
PyYAML's own are those of 1.1, where 0150 is 104, 1:50 is 110 and 1e3 is text. Unlike there, the
words yes, no, on and off stay true and false, and keys are always text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from exhibit.contract.plain_files import plain_text

LONGEST = 64 * 1024
"""Letters; the longest text that anybody writes by hand is a tenth of it."""
_DEEPEST = 24
_LETTERS_A_NODE = 6
"""Values are longer on average; a text of nothing but commas takes the reader seconds."""
_LARGEST_INT = 2**63
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_WORDS = ("true", "false", "yes", "no", "on", "off")
_BOOL = re.compile("|".join(form for w in _WORDS for form in (w, w.capitalize(), w.upper())))
_OTHERS = re.compile(r"[-+]?[1-9][0-9]*(?::[0-5]?[0-9])+(?:\.[0-9]*)?")
_TAG = "tag:yaml.org,2002:"
# What the constructors raise on `!!int abc`, `!!bool maybe`, `!!timestamp x`, 2026-13-45 and kin.
_NOT_OF_ITS_TAG = (ValueError, KeyError, AttributeError, TypeError, OverflowError, IndexError)


class YamlError(ValueError):
    """A text cannot be read; the message is one line.

    Attributes:
        line: where, counted from 1; None for the whole.
    """

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.reason, self.line = message, line


def read_yaml(text: str, longest: int = LONGEST) -> tuple[yaml.Node | None, Any]:
    """Return the nodes of a text, for the lines of its keys, and the plain data in it.

    Args:
        text: YAML; an empty one gives None.
        longest: most letters.

    Raises:
        YamlError: too long, too deep, with an alias, or not YAML.
    """
    if len(text) > longest:
        raise YamlError(f"{len(text)} letters, expected at most {longest}", None)
    try:
        loader = _Loader(text, longest // _LETTERS_A_NODE)
        root = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        what = reason if isinstance(error, _Refusal) else f"not YAML: {reason}"
        raise YamlError(_plain(what), mark and mark.line + 1) from None


def write_yaml(data: Any) -> str:
    """Return data as a text that `read_yaml`, and any other reader, reads as the same."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def is_number_to_others(node: yaml.Node | None) -> bool:
    """Return whether a node is text here, such as 10:00, and minutes of 60 s to readers of 1.1."""
    return (
        isinstance(node, yaml.ScalarNode)
        and node.style is None
        and node.tag == f"{_TAG}str"
        and _OTHERS.fullmatch(node.value) is not None
    )


def read_own_yaml(path: Path) -> Any:
    """Read a file of this program: by libyaml where PyYAML has it, ten times as fast."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(plain_text(path), Loader=loader)


class _Refusal(yaml.MarkedYAMLError):
    """YAML, but none that is taken here."""

    def __init__(self, problem: str, node: Any) -> None:
        super().__init__(problem=problem, problem_mark=node.start_mark)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with bounds, whose every complaint is a YAMLError."""

    def __init__(self, text: str, most_nodes: int) -> None:
        super().__init__(text)
        self._depth, self._left = 0, most_nodes

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose one node, and the ones in it."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise _Refusal("an alias (*name); expected the value itself", event)
        if self._depth == _DEEPEST:
            raise _Refusal(f"nested deeper than {_DEEPEST} levels", event)
        if not self._left:
            raise _Refusal("too many values", event)
        self._depth, self._left = self._depth + 1, self._left - 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping, its plain keys as they are written: `on` and 2026 are names here."""
        if isinstance(node, yaml.MappingNode):
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode):
                    key.tag = f"{_TAG}str"
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return the value of a node."""
        try:
            value = super().construct_object(node, deep)
        except _NOT_OF_ITS_TAG:
            kind = node.tag.rpartition(":")[2]
            raise _Refusal(f"{node.value!r:.60} is no {kind}", node) from None
        if _is_odd(value):
            raise _Refusal(f"{node.value!r:.60} is no number or text", node)
        return value


def _int(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    if _INT.fullmatch(text) is None:
        raise ValueError(text)
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


def _float(loader: _Loader, node: yaml.ScalarNode) -> float:
    text = str(loader.construct_scalar(node))
    if _FLOAT.fullmatch(text) is None:
        raise ValueError(text)
    return float(text.replace(".", "", 1) if text[-1] in "fFnN" else text)


_Loader.add_constructor(f"{_TAG}int", _int)
_Loader.add_constructor(f"{_TAG}float", _float)
# Every other implicit meaning of PyYAML is one of 1.1: dates, `=` and `<<`.
_Loader.yaml_implicit_resolvers = {}
for _name, _written, _first in (
    ("bool", _BOOL, "tTfFyYnNoO"),
    ("int", _INT, "-+0123456789"),
    ("float", _FLOAT, "-+.0123456789"),
    ("null", re.compile(r"~|null|Null|NULL|"), ["~", "n", "N", ""]),
):
    _whole = re.compile(rf"(?:{_written.pattern})\Z")
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", _whole, list(_first))


class _Dumper(yaml.SafeDumper):
    """Quotes what either version of YAML takes for something else than text."""


_Dumper.add_implicit_resolver(
    f"{_TAG}float", re.compile(rf"(?:{_FLOAT.pattern})\Z"), list("-+.0123456789")
)
_Dumper.add_implicit_resolver(
    f"{_TAG}int", re.compile(rf"(?:{_INT.pattern})\Z"), list("-+0123456789")
)


def _is_odd(value: Any) -> bool:
    """Return whether a value is a number without end or half a letter, which JSON cannot hold."""
    match value:
        case int():
            return abs(value) >= _LARGEST_INT
        case str():
            return any("\ud800" <= letter <= "\udfff" for letter in value)
    return False


def _plain(text: str) -> str:
    """Return one line that every terminal and file can take."""
    return " ".join(text.encode("ascii", "backslashreplace").decode().split())
