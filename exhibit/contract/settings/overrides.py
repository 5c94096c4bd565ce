"""The operator's overrides: a layer on top of `config.yaml`, kept in the state folder.

They are the operator's wishes, not the museum's file: whatever is wrong with them, the table
starts, and what cannot be used is set aside under another name.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import yaml

from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.file import Problem, apply_overrides, parse_config
from exhibit.contract.settings.layers import Layer, flat
from exhibit.contract.settings.schema import Config

OVERRIDES = "overrides.yaml"
_HEADER = "# Written by the operator's page, on top of config.yaml.\n"
SAFE_MODE = "safe-mode"
FILE_ONLY = ("state_dir", "calibration")
"""Paths that only `config.yaml` may name: overrides are kept in one, measured with the other."""


def parse_overrides(text: str) -> tuple[Layer | None, list[Problem]]:
    """Return the overrides in a YAML text, or None and the problems in order of line."""
    config, problems = parse_config(text)
    if config is None:
        return None, problems
    layer = {key: value for key, value in (yaml.safe_load(text) or {}).items() if value is not None}
    refused = [
        Problem(key, "is no override; expected in config.yaml only")
        for key, _ in flat(layer)
        if key in FILE_ONLY
    ]
    return (None, refused) if refused else (layer, [])


def read_overrides(state_dir: Path) -> Layer:
    """Return the saved overrides, empty where there are none.

    Raises:
        ConfigError: the file cannot be read, or a key or value in it is not allowed.
    """
    path = state_dir / OVERRIDES
    try:
        layer, problems = parse_overrides(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    if layer is None:
        raise ConfigError(problems[0].describe(str(path)))
    return layer


def overrides_text(overrides: Layer) -> str:
    """Return overrides as the YAML that is saved and shown."""
    if not overrides:
        return _HEADER
    return _HEADER + yaml.safe_dump(overrides, sort_keys=False, allow_unicode=True)


def layer_overrides(config: Config) -> tuple[Config, str]:
    """Return `config` with the saved overrides on top, and what was wrong with them.

    In safe mode they are left out. A file that cannot be used is set aside.
    """
    if (config.state_dir / SAFE_MODE).exists():
        return config, "safe mode: the operator's overrides are left out"
    path = config.state_dir / OVERRIDES
    try:
        return apply_overrides(config, read_overrides(config.state_dir), str(path)), ""
    except ConfigError as error:
        return config, f"{error}; {set_aside(path)}"


def set_aside(path: Path) -> str:
    """Rename a file that cannot be used, and return a sentence that says so."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.stem}.refused-{stamp}{path.suffix}")
    # On a read-only state folder it stays, and is refused again at the next start.
    with contextlib.suppress(OSError):
        path.replace(target)
        return f"set aside as {target.name}; config.yaml alone holds"
    return "left out; config.yaml alone holds"
