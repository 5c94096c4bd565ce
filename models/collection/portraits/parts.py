"""The drawn parts: which there are, how they are called and how often they appear."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARTS_FILE = Path(__file__).with_name("parts.json")
STYLES = ("lorelei", "notionists")
LABELS = {
    "head": "head",
    "hair": "hair",
    "eyes": "eyes",
    "eyebrows": "brows",
    "brows": "brows",
    "nose": "nose",
    "mouth": "mouth",
    "lips": "mouth",
    "beard": "beard",
    "glasses": "glasses",
    "earrings": "earrings",
    "freckles": "freckles",
    "hairAccessories": "flowers",
}
"""Column of `labels.csv` by the designers' name of the part; a set's `base` has no choice."""
CHANCE = {"beard": 0.35, "glasses": 0.4, "earrings": 0.3, "freckles": 0.3, "hairAccessories": 0.2}
"""Optional parts and how often they are drawn: each with and without often enough to learn from."""
VIEW = {"lorelei": "21 -33 930 930", "notionists": "229 143 1130 1130"}
"""The square around every head of a set, in the units of its drawings."""


@dataclass(frozen=True, slots=True, eq=False)
class DesignSet:
    """One designer's parts."""

    style: str
    view: str
    layers: tuple[tuple[str, str], ...]
    """Name and translation of the outermost parts, in drawing order."""
    parts: dict[str, dict[str, str]]
    """SVG fragments by part and variant; {part:NAME} and {ink:NAME} are holes."""


def load_design_sets() -> dict[str, DesignSet]:
    """Read the parts of all sets, by style."""
    stored: dict[str, Any] = json.loads(PARTS_FILE.read_text(encoding="utf-8"))
    return {
        style: DesignSet(
            style=style,
            view=VIEW[style],
            layers=tuple((layer["part"], layer["translate"]) for layer in design["layers"]),
            parts=design["parts"],
        )
        for style, design in stored.items()
    }
