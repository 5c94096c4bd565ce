"""The names of the parts of a feature map that an appearance can be added at."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from exhibit.contract.bundle import PARTS

INK, AROUND, EVERYWHERE = "ink", "around", "everywhere"
PLACES = (INK, AROUND, EVERYWHERE)
"""Parts that every bundle with a map has: what the visitor has drawn, the rest, and both."""


def part_names(folder: Path) -> tuple[str, ...]:
    """Return the parts that directions of a bundle's map may be given to, by the file's header.

    Only the three of every bundle where the file is missing or cannot be read: whoever opens the
    bundle says so.
    """
    try:
        with safe_open(folder / PARTS, "numpy") as file:
            return (*PLACES, *file.keys())
    except (SafetensorError, OSError):
        return PLACES
