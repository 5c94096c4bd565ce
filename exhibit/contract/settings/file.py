"""Reading `config.yaml`: an error names line, key, value and what was expected.

The schema holds defaults, bounds and descriptions; this module turns a file, or a layer of
overrides on top of it, into one frozen `Config`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from exhibit.contract.errors import ConfigError
from exhibit.contract.plain_files import plain_text, real_path
from exhibit.contract.settings.expectation import expectation_at, keys_at, needs_quotes
from exhibit.contract.settings.layers import Layer, merged
from exhibit.contract.settings.lines import Key, line_of, unquoted_times, written_at
from exhibit.contract.settings.schema import Config
from exhibit.contract.settings.section import Section
from exhibit.contract.yaml_text import YamlError, read_yaml

_NEAR = 0.5
_MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a configuration: where it stands, and what is wrong with it."""

    key: str
    message: str
    line: int | None = None

    def describe(self, source: str) -> str:
        """Return one line such as `config.yaml:12: stage.fps: 600, expected ...`."""
        place = source if self.line is None else f"{source}:{self.line}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


def load_config(path: Path) -> Config:
    """Read a configuration file; relative paths in it are taken from the file's own folder.

    Args:
        path: YAML, the keys of `Config`; an empty file gives the defaults.

    Raises:
        ConfigError: the file is missing or not YAML, or a key is unknown or out of bounds.
    """
    config, problems = examine_config(path)
    if config is None:
        more = f" (and {len(problems) - 1} more: see `exhibit check`)" if len(problems) > 1 else ""
        raise ConfigError(problems[0].describe(str(path)) + more)
    return config


def load_usable_config(path: Path, last_good: Path) -> tuple[Config, tuple[str, ...]]:
    """Read what can be used of a configuration file that `load_config` refuses.

    Args:
        path: the file.
        last_good: a copy of it from when it was right, for where it is no YAML at all.

    Returns:
        the settings, and in one line each what is wrong.
    """
    _, problems = examine_config(path)
    complaints = [problem.describe(str(path)) for problem in problems]
    for file in (path, last_good):
        try:
            data = read_yaml(plain_text(file))[1]
        except (OSError, ValueError):
            continue
        if not isinstance(data, dict):
            continue
        if file == last_good:
            complaints.append(f"{last_good.name} holds instead, from when it was right")
        layer, _ = usable_part(Config(), _without_empty_sections(data))
        config = apply_overrides(Config(), layer)
        return anchored(config, real_path(path).parent), tuple(complaints)
    complaints.append("the defaults hold instead")
    return anchored(Config(), real_path(path).parent), tuple(complaints)


def examine_config(path: Path) -> tuple[Config | None, list[Problem]]:
    """Read a configuration file and return it, or None and everything that is wrong with it."""
    try:
        text = plain_text(path)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        return None, [Problem("", f"{reason}; expected a YAML file such as config.yaml")]
    except UnicodeDecodeError:
        return None, [Problem("", "not UTF-8 text; expected a YAML file such as config.yaml")]
    config, problems = parse_config(text)
    if config is None:
        return None, problems
    return anchored(config, real_path(path).parent), []


def anchored(config: Config, folder: Path) -> Config:
    """Return `config` with its relative paths taken from `folder`."""
    page, takehome = config.operator, config.takehome
    files = {"certificate": page.certificate, "key": page.key}
    return config.model_copy(
        update={
            "calibration": folder / config.calibration,
            "state_dir": folder / config.state_dir,
            "takehome": takehome.model_copy(
                update={"folder": folder / takehome.folder} if takehome.folder else {}
            ),
            "operator": page.model_copy(
                update={name: folder / file for name, file in files.items() if file is not None}
            ),
        }
    )


def parse_config(text: str) -> tuple[Config | None, list[Problem]]:
    """Return the configuration in a YAML text, or None and the problems in order of line."""
    try:
        root, data = read_yaml(text)
    except YamlError as error:
        return None, [Problem("", error.reason, error.line)]
    if data is None:
        return Config(), []
    if not isinstance(data, dict):
        shown = _short(written_at(root, ()) or _shown(data))
        line = None if root is None else root.start_mark.line + 1
        return None, [Problem("", f"expected sections such as 'camera:', got {shown}", line)]
    twice = [
        Problem(_dotted(key), "is given twice; expected once", line)
        for key, line in _repeated_keys(root, ())
    ]
    config, invalid = _validate(_without_empty_sections(data), root)
    placed = [Problem(_dotted(key), message, line_of(root, key)) for key, message in invalid]
    refused = {key for key, _ in invalid}
    unquoted = [
        Problem(_dotted(key), f'{text} needs quotes; expected "{text}"', line)
        for key, text, line in unquoted_times(root)
        if key not in refused
    ]
    problems = sorted(twice + placed + unquoted, key=lambda problem: problem.line or 0)
    return (None, problems) if problems else (config, [])


def apply_overrides(
    config: Config, overrides: Mapping[str, Any], source: str = "settings"
) -> Config:
    """Return `config` with a layer of overrides on top.

    Args:
        config: what holds so far.
        overrides: nested by section, for example `{"ink": {"settle_ms": 300}}`; a list replaces
            the whole list below it.
        source: what to call the layer in an error, for example `--camera`.

    Raises:
        ConfigError: a key is unknown, or a value is not allowed; `config` still holds.
    """
    changed, problems = _validate(merged(config.model_dump(mode="json"), overrides))
    if changed is None:
        key, message = problems[0]
        raise ConfigError(Problem(_dotted(key), message).describe(source))
    return changed


def usable_part(
    config: Config, layer: Mapping[str, Any], barred: Iterable[str] = ()
) -> tuple[Layer, list[Problem]]:
    """Return what of a layer can be put on top of `config`, and what is wrong with the rest.

    Only what is wrong is taken out: of a list, the one item of it.

    Args:
        config: what holds below.
        layer: nested by section.
        barred: keys that this layer may not have.
    """
    left: Layer = deepcopy(dict(layer))
    found = []
    for name in barred:
        if left.pop(name, None) is not None:
            found.append(Problem(name, "is no override; expected in config.yaml only"))
    below = config.model_dump(mode="json")
    for _ in range(_MOST_PROBLEMS):
        _, problems = _validate(merged(below, left))
        if not problems:
            return left, found
        key, message = problems[0]
        found.append(Problem(_dotted(key), message))
        if not key or key[0] not in left:
            break
        _take_out(left, key)
    return {}, found


def _take_out(layer: Any, key: Key) -> None:
    """Take out what is at `key`, or the innermost part of the layer that it lies in."""
    inside, step = layer, key[0]
    for below in key[1:]:
        beneath = inside[step]
        if isinstance(beneath, list):
            # A list is replaced whole: what is wrong in an item makes the item useless.
            if isinstance(below, int) and below < len(beneath):
                del beneath[below]
                return
            break
        if not isinstance(beneath, Mapping) or below not in beneath:
            break
        inside, step = beneath, below
    del inside[step]


def _validate(
    data: Mapping[Any, Any], root: yaml.Node | None = None
) -> tuple[Config | None, list[tuple[Key, str]]]:
    """Return the configuration in plain data, or what is wrong with it.

    Args:
        data: nested by section.
        root: the text that it was read from, for values as they stand there.
    """
    # Strict JSON rules: a list may be a tuple and text a path, but 'yes' is no number and true
    # no port, which pydantic would otherwise convert without a word.
    try:
        return Config.model_validate_json(
            json.dumps(_with_text_keys(data), default=str), strict=True
        ), []
    except ValidationError as error:
        found = [(tuple(item["loc"]), item) for item in error.errors()]
    messages: dict[Key, str] = {}
    for location, item in found:
        if item["type"] == "extra_forbidden":
            messages.setdefault(location, _unknown_key(location))
        elif item["type"] == "missing":
            messages.setdefault(location, f"missing; expected {expectation_at(Config, location)}")
        else:
            key, expected = _nearest_described(location)
            written = written_at(root, key)
            messages.setdefault(key, _not_allowed(item, key, written, expected))
    # Of a list whose items are refused pydantic says that it is too short as well.
    above = {key[:length] for key in messages for length in range(1, len(key))}
    return None, [found for found in messages.items() if found[0] not in above]


def _not_allowed(item: ErrorDetails, key: Key, written: str | None, expected: str) -> str:
    shown = _shown(item["input"]) if written is None else _short(written or "nothing")
    if item["type"] == "value_error":
        # What a validator of ours says knows more than the schema.
        said = str(item["ctx"]["error"])
        return said if isinstance(item["input"], list | dict) else f"{shown} is not allowed; {said}"
    text = f"{shown} is not allowed; expected {expected}"
    scalar = not isinstance(item["input"], list | dict)
    if written and scalar and item["type"] == "string_type" and needs_quotes(Config, key, written):
        text += f', so it needs quotes: "{_short(written)}"'
    if written == "" and '"#' in expected:
        text += "; without quotes # begins a comment"
    return text


def _nearest_described(location: Key) -> tuple[Key, str]:
    # Alternatives (a number or nothing) add their own step to pydantic's location: drop it.
    for length in range(len(location), 0, -1):
        expected = expectation_at(Config, location[:length])
        if expected:
            return location[:length], expected
    return location, "sections such as 'camera:'"


def _unknown_key(location: Key) -> str:
    known = keys_at(Config, location[:-1])
    near = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=_NEAR)
    if near:
        return f"unknown key; did you mean '{near[0]}'?"
    return f"unknown key; expected one of {', '.join(known)}"


def _with_text_keys(value: Any) -> Any:
    # YAML takes a date or a number as a key; it must be named as unknown, not break the reading.
    if isinstance(value, Mapping):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_text_keys(item) for item in value]
    return value


def _without_empty_sections(data: Mapping[Any, Any]) -> dict[Any, Any]:
    # A section whose keys are all commented out reads as nothing: it means the defaults.
    sections = {
        name
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    }
    return {key: value for key, value in data.items() if value is not None or key not in sections}


def _repeated_keys(node: yaml.Node | None, above: Key) -> Iterator[tuple[Key, int]]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for name, child in node.value:
            key = (*above, str(name.value))
            if key in seen:
                yield key, name.start_mark.line + 1
            seen.add(key)
            yield from _repeated_keys(child, key)
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            yield from _repeated_keys(child, (*above, index))


def _dotted(key: Key) -> str:
    return ".".join(_shown_key(str(step)) for step in key)


def _shown_key(text: str) -> str:
    return _short(text if text.isprintable() else repr(text)[1:-1])


def _shown(value: Any) -> str:
    return _short(json.dumps(value, default=str, ensure_ascii=False))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
