"""A setting that nothing reads is a switch on the wall without a wire."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from exhibit.contract.settings.expectation import settings_of
from exhibit.contract.settings.schema import Config

ROOT = Path(__file__).parents[4]
KEYS = [setting.key for setting in settings_of(Config)]
DEAD: dict[str, str] = {}
"""Settings that nothing reads yet, and why they are there all the same."""
# What shows or checks all settings alike reads none of them.
_READERS_OF_ALL = ("contract/settings", "operator/pages")


@cache
def _sources() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return the attributes and the names of every module that may read settings."""
    found = []
    for folder in (ROOT / "exhibit", ROOT / "calibration"):
        for path in folder.rglob("*.py"):
            if not any(reader in path.as_posix() for reader in _READERS_OF_ALL):
                nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
                attributes = {n.attr for n in nodes if isinstance(n, ast.Attribute)}
                names = {n.id for n in nodes if isinstance(n, ast.Name)}
                found.append((frozenset(attributes), frozenset(names)))
    return tuple(found)


def _is_read(key: str) -> bool:
    """Return whether a module that has the section in hand asks it for the setting.

    A section is in hand as an attribute (`config.ink`) or as an argument of its type (`InkConfig`).
    """
    *sections, name = key.split(".")
    if not sections:
        return any(name in attributes for attributes, _ in _sources())
    section = sections[-1]
    return any(
        name in attributes and (section in attributes or f"{section.capitalize()}Config" in names)
        for attributes, names in _sources()
    )


@pytest.mark.parametrize("key", KEYS)
def test_setting_is_read_by_something(key: str) -> None:
    assert _is_read(key) != (key in DEAD), f"{key}: expected a module that reads it"


def test_setting_that_nothing_reads_is_found() -> None:
    assert not _is_read("stage.sparkle")
    assert not _is_read("sound.sparkle")
    assert not _is_read("ink.strokes")
