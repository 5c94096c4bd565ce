"""Whose hand answered, and after which drawing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from exhibit.contract.bundle import Card, find_bundle, read_card
from exhibit.contract.errors import BundleError
from exhibit.contract.memory import PROVENANCE, read_provenance
from exhibit.contract.records import Origin
from exhibit.contract.visitor_texts import visitor_texts
from exhibit.stage.label import caption

AFTER = "after"
"""Before the artist's name, among the texts for visitors."""


def credits_of(
    answered: str, bundles: Iterable[str], origin: Origin, language: str
) -> tuple[str, ...]:
    """Return the lines of credit; none where no bundle is known.

    Args:
        answered: name on the card of the bundle that answered, as the engine says.
        bundles: those that it may be, by name or folder, the likeliest first.
        origin: which drawing of its memory the answer comes from.
        language: of the word before the artist's name.
    """
    for bundle in bundles:
        try:
            folder = find_bundle(bundle)
            card = read_card(folder / "card.yaml")
            if card.name == answered:
                return _lines(card, _source(folder / PROVENANCE, origin), language)
        except (BundleError, OSError):
            continue  # the engine says what is wrong with the bundle
    return ()


def _lines(card: Card, source: tuple[str, ...], language: str) -> tuple[str, ...]:
    after = visitor_texts(AFTER)[language]
    if source[:1] == (card.artist,):
        return (f"{after} {', '.join(source)}",)
    return tuple(line for line in (f"{after} {card.artist}", ", ".join(source)) if line)


def _source(provenance: Path, origin: Origin) -> tuple[str, ...]:
    row = round(origin.drawing) - 1
    if row < 0 or not provenance.is_file():
        return ()
    known = read_provenance(provenance)
    # While one bundle follows another, the engine may still speak of the one before.
    return caption(known[row]) if len(known) == round(origin.drawings) else ()
