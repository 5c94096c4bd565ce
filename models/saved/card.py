"""The card of a bundle, as it is written."""

from __future__ import annotations

from pathlib import Path

import yaml

from exhibit.contract.bundle import Card

CARD = "card.yaml"


def write_card(card: Card, folder: Path) -> None:
    """Write `card.yaml`; lists stay on one line, keys in the schema's order."""
    text = yaml.safe_dump(
        card.model_dump(mode="json"), sort_keys=False, allow_unicode=True, default_flow_style=False
    )
    (folder / CARD).write_text(text, encoding="utf-8")
