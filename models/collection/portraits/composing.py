"""Draw a head: choose its parts, put them together, render them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import resvg_py
from numpy.typing import NDArray

from exhibit.ink.images import as_gray
from models.collection.portraits.parts import CHANCE, LABELS, DesignSet

HOLE = re.compile(r"\{(part|ink):(\w+)\}")
NONE = "none"
COLUMNS = ("style", *dict.fromkeys(LABELS.values()), "mood")
MOODS = ("happy", "sad")
Shape = Callable[[str, str, str], str]
"""From a part's name, its SVG fragment and the translation of its layer to what is drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """The parts of one head, by the designers' name of the part; absent ones are not in it."""

    design: DesignSet
    chosen: dict[str, str]

    def labels(self) -> dict[str, str]:
        """The truth about the picture: one value a column of `labels.csv`."""
        labels = dict.fromkeys(COLUMNS, NONE)
        labels["style"] = self.design.style
        for part, variant in self.chosen.items():
            if part in LABELS:
                labels[LABELS[part]] = variant
        mood = re.match("|".join(MOODS), labels["mouth"])
        labels["mood"] = mood[0] if mood else NONE
        return labels


def choose(designs: list[DesignSet], seed: int, index: int) -> Portrait:
    """Choose the parts of one head, each independently of all others.

    Args:
        designs: sets to choose from.
        seed: of the collection.
        index: of the head; the same seed and index always give the same head.

    Returns:
        The head.
    """
    chance = np.random.default_rng([seed, index])
    design = designs[int(chance.integers(len(designs)))]
    chosen = {}
    for part, variants in sorted(design.parts.items()):
        variant = sorted(variants)[int(chance.integers(len(variants)))]
        if chance.random() < CHANCE.get(part, 1.0):
            chosen[part] = variant
    return Portrait(design, chosen)


def as_designed(part: str, fragment: str, translate: str) -> str:
    """Leave a part as it is."""
    return fragment


def to_svg(portrait: Portrait, shape: Shape = as_designed) -> str:
    """Put a head together as SVG in black on transparent, its skin white.

    Args:
        portrait: what to draw.
        shape: changes each part before it is put in its place.
    """
    # A mouth inside a black beard must be white to be seen.
    white = {"skin", "mouth"} if "beard" in portrait.chosen else {"skin"}

    def filled(text: str, translate: str) -> str:
        def fill(hole: re.Match[str]) -> str:
            kind, name = hole.groups()
            if kind == "ink":
                return "#fff" if name in white else "#000"
            variant = portrait.chosen.get(name)
            if variant is None:
                return ""
            part = portrait.design.parts[name][variant]
            return filled(shape(name, part, translate), translate)

        return HOLE.sub(fill, text)

    groups = [
        f'<g transform="translate({translate})">{filled(f"{{part:{part}}}", translate)}</g>'
        for part, translate in portrait.design.layers
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{portrait.design.view}" fill="none">'
    return f"{head}{''.join(groups)}</svg>"


def render(portrait: Portrait, resolution: int, shape: Shape = as_designed) -> NDArray[np.uint8]:
    """Render a head.

    Args:
        portrait: what to draw.
        resolution: side in pixels.
        shape: changes each part before it is put in its place.

    Returns:
        (resolution, resolution) uint8, 0 ink .. 255 paper.
    """
    png = resvg_py.svg_to_bytes(
        svg_string=to_svg(portrait, shape),
        width=resolution,
        height=resolution,
        background="#ffffff",
    )
    return as_gray(cv2.imdecode(np.frombuffer(bytes(png), np.uint8), cv2.IMREAD_GRAYSCALE))
