"""Texts of the pages, from one catalogue: every key in every language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from exhibit.contract.yaml_text import read_own_yaml

LANGUAGES = {"en": "English", "nb": "Norsk", "da": "Dansk"}
_CATALOGUE = Path(__file__).parent / "texts.yaml"
# What browsers of people who read one of our languages may ask for.
_ALIASES = {"no": "nb", "nn": "nb"}


class Texts:
    """All texts in one language.

    Args:
        language: a key of `LANGUAGES`.
        entries: text by key.
    """

    def __init__(self, language: str, entries: Mapping[str, str]) -> None:
        self.language = language
        self._entries = entries

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with `{name}` replaced by the value of that name; raises KeyError."""
        text = self._entries[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Return whether there is a text of this key."""
        return key in self._entries

    def under(self, prefix: str) -> dict[str, str]:
        """Return the texts whose key begins with `prefix.`, by the rest of the key."""
        start = f"{prefix}."
        return {
            key.removeprefix(start): text
            for key, text in self._entries.items()
            if key.startswith(start)
        }


@cache
def catalogue() -> dict[str, Texts]:
    """Return the texts of every language."""
    found = read_catalogue()
    return {
        language: Texts(language, {key: entry[language] for key, entry in found.items()})
        for language in LANGUAGES
    }


def read_catalogue() -> dict[str, dict[str, str]]:
    """Return text by language by dotted key, as the file has it."""
    sections = read_own_yaml(_CATALOGUE)
    return {
        f"{section}.{name}": entry
        for section, entries in sections.items()
        for name, entry in entries.items()
    }


def choose_language(chosen: str, accepted: str) -> str:
    """Return the language of a page.

    Args:
        chosen: what the reader chose here before, or nothing.
        accepted: the browser's `Accept-Language`.
    """
    if chosen in LANGUAGES:
        return chosen
    wishes = []
    for position, part in enumerate(accepted.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        name = tag.split("-")[0].lower()
        wishes.append((-_number(weight), position, _ALIASES.get(name, name)))
    return next((name for _, _, name in sorted(wishes) if name in LANGUAGES), "en")


def _number(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
