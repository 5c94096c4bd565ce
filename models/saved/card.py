"""The card of a bundle, as it is written."""

from __future__ import annotations

from pathlib import Path

from exhibit.contract.bundle import Card
from exhibit.contract.yaml_text import write_yaml

CARD = "card.yaml"


def write_card(card: Card, folder: Path) -> None:
    """Write `card.yaml`; lists stay on one line, keys in the schema's order."""
    text = write_yaml(card.model_dump(mode="json"))
    (folder / CARD).write_text(text, encoding="utf-8")
