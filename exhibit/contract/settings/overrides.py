"""The operator's overrides: a layer on top of `config.yaml`, kept in the state folder.

They are the operator's wishes, not the museum's file: whatever is wrong with them, the table
starts with the rest of them, and what was refused is kept under another name.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_bytes, plain_text
from exhibit.contract.settings.file import Problem, apply_overrides, parse_config, usable_part
from exhibit.contract.settings.layers import Layer, flat
from exhibit.contract.settings.safe_mode import safe_mode_reason
from exhibit.contract.settings.schema import Config
from exhibit.contract.yaml_text import read_yaml, write_yaml

OVERRIDES, HISTORY = "overrides.yaml", "history"
_HEADER = "# Written by the operator's page, on top of config.yaml.\n"
FILE_ONLY = ("state_dir", "calibration")
"""Paths that only `config.yaml` may name: overrides are kept in one, measured with the other."""


def parse_overrides(text: str) -> tuple[Layer | None, list[Problem]]:
    """Return the overrides in a YAML text, or None and the problems in order of line."""
    config, problems = parse_config(text)
    if config is None:
        return None, problems
    data = read_yaml(text)[1] or {}
    layer = {key: value for key, value in data.items() if value is not None}
    refused = [
        Problem(key, "is no override; expected in config.yaml only")
        for key, _ in flat(layer)
        if key in FILE_ONLY
    ]
    return (None, refused) if refused else (layer, [])


@dataclass(frozen=True, slots=True)
class Saved:
    """The overrides that can be used, and in one line each what could not be, and why."""

    layer: Layer
    complaints: tuple[str, ...] = ()


def saved_overrides(file: Config) -> Saved:
    """Return the saved overrides; whatever is wrong with them, the rest of them holds.

    A key that cannot be used is left out alone. A file that is damaged is set aside, and the newest
    version of the history takes its place. One that cannot be read at the moment stays where it is,
    and that version holds until it can.

    Args:
        file: what `config.yaml` says; the overrides lie in its `state_dir`.
    """
    path = file.state_dir / OVERRIDES
    try:
        data = _data(path)
    except FileNotFoundError:
        return Saved({})
    except OSError as error:
        before = _from_history(file.state_dir, f"{path}: cannot be read: {error.strerror}")
    else:
        if data is None:
            before = _from_history(file.state_dir, f"{path}: damaged; {set_aside(path)}")
        else:
            before = Saved(data)
    layer, problems = usable_part(file, before.layer, FILE_ONLY)
    left_out = tuple(f"{problem.describe(str(path))}; left out" for problem in problems)
    found = Saved(layer, (*before.complaints, *left_out))
    if found.complaints:
        _keep_mended(path, found)
    return found


def _from_history(state_dir: Path, what: str) -> Saved:
    layer = newest_version(state_dir)
    held = "the newest of the history holds" if layer else "config.yaml alone holds"
    return Saved(layer, (f"{what}; {held}",))


def newest_version(state_dir: Path) -> Layer:
    """Return the overrides of the newest version that can be read; empty where there is none."""
    for version in sorted((state_dir / HISTORY).glob("*.json"), reverse=True):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            overrides = json.loads(plain_text(version))["overrides"]
            if isinstance(overrides, dict):
                return overrides
    return {}


def overrides_text(overrides: Layer) -> str:
    """Return overrides as the YAML that is saved and shown."""
    if not overrides:
        return _HEADER
    return _HEADER + write_yaml(overrides)


def layer_overrides(file: Config) -> tuple[Config, tuple[str, ...]]:
    """Return `file` with the saved overrides on top, and what of them is left out.

    In safe mode all of them are.
    """
    reason = safe_mode_reason(file.state_dir)
    if reason is not None:
        why = f"safe mode: {reason}" if reason else "safe mode"
        return file, (f"{why}; the operator's overrides are left out",)
    saved = saved_overrides(file)
    return apply_overrides(file, saved.layer), saved.complaints


def set_aside(path: Path) -> str:
    """Rename a file that cannot be used, and return the words that say so."""
    target = _beside(path)
    # On a read-only state folder it stays, and is refused again at the next start.
    with contextlib.suppress(OSError):
        path.replace(target)
        return f"set aside as {target.name}"
    return "left out"


def _data(path: Path) -> Layer | None:
    """Return what is in a file of overrides, or None where it is damaged."""
    try:
        text = plain_text(path)
        data = read_yaml(text)[1]
    except ValueError:
        return None
    if data is None:
        # Even without overrides a header is written: nothing at all is what a power cut leaves.
        return {} if text.strip() else None
    if not isinstance(data, dict):
        return None
    return {str(key): value for key, value in data.items() if value is not None}


def _keep_mended(path: Path, found: Saved) -> None:
    # Where it cannot be kept, the same is left out again at the next start.
    with contextlib.suppress(OSError):
        if path.exists():
            write_whole(_beside(path), plain_bytes(path), PRIVATE)
        write_whole(path, overrides_text(found.layer), PRIVATE)


def _beside(path: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return path.with_name(f"{path.stem}.refused-{stamp}{path.suffix}")
