"""The contact sheet of directions: what each one does, where, with what it goes, and its kin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray
from models.directions.kinship import kinship
from models.directions.result import Discovered
from models.directions.strips import FALLBACK_SIGMAS, Strip
from models.sheets import as_grey, contact_sheet, write_png

PAGE = "index.html"
_TEMPLATE = "contact.html"
_TILE_PX = 128


def write_sheet(strips: Sequence[Strip], title: str, folder: Path) -> None:
    """Write `index.html` and two pictures a direction: what it does, and where.

    Args:
        strips: of all directions of all methods.
        title: of the page.
        folder: is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, strip in enumerate(strips, 1):
        does, where = f"direction-{number:02}.png", f"direction-{number:02}-where.png"
        write_png(folder / does, _tiles(strip))
        write_png(folder / where, _heat_map(strip))
        rows.append({"does": does, "where": where, **_facts(strip)})
    tree = kinship([strip.direction for strip in strips])
    page = _template().render(title=title, rows=rows, tree=tree)
    (folder / PAGE).write_text(page, encoding="utf-8")


def _template() -> Any:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template(_TEMPLATE)


def _tiles(strip: Strip) -> Gray:
    """A row for each code, a column for each strength."""
    side = min(_TILE_PX, strip.pictures.shape[2])
    tiles = strip.pictures.swapaxes(0, 1).reshape(-1, *strip.pictures.shape[2:])
    return contact_sheet([as_grey(tile, side) for tile in tiles], len(strip.strengths))


def _heat_map(strip: Strip) -> Gray:
    """Dark where nothing changes, bright where most does; (R, R, 3) RGB."""
    heat = strip.heat / max(float(strip.heat.max()), 1e-9)
    coloured = cv2.applyColorMap((255 * heat).round().astype(np.uint8), cv2.COLORMAP_MAGMA)
    return as_gray(cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB))


def _facts(strip: Strip) -> dict[str, Any]:
    direction = strip.direction
    measured = direction.safe_range is not None
    return {
        "direction": direction,
        "layers": _layers(direction),
        "strengths": strip.strengths,
        "kind": "safe range" if measured else f"{_reach(direction)}, safe range not measured",
    }


def _reach(direction: Discovered) -> str:
    return "all that the map holds" if "reach" in direction.details else f"±{FALLBACK_SIGMAS:.0f}σ"


def _layers(direction: Discovered) -> str:
    if direction.space == "map":
        where = ", where the drawing lies" if direction.of_ink else ""
        return f"map of {direction.side}²{where}"
    if direction.space == "h":
        return f"h at {len(direction.vector)} steps"
    first, last = direction.layers[0], direction.layers[-1]
    run = direction.layers == tuple(range(first, last + 1))
    return "layers " + (f"{first}-{last}" if run else ",".join(map(str, direction.layers)))
