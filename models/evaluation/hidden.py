"""Is what the ink leaves out filled in? Drawings shown as visitors would begin them."""

from __future__ import annotations

import numpy as np

from exhibit.recall.memory import Memory
from models.evaluation.table_model import TableModel
from models.measures.hidden import hidden_lines_drawn
from models.sketches.raster import table_ink
from models.sketches.simplify import Detail, simplify

_BEGINNINGS = {
    "outline": Detail(silhouette=1.0),
    "main": Detail(silhouette=0.0, blur_px=1.2, fill_px=6, min_length_px=14),
    "half": Detail(silhouette=0.0),
}
"""The outline only, the main lines, half of all lines."""


def hidden_lines(model: TableModel, count: int, seed: int) -> dict[str, dict[str, float]]:
    """Answer beginnings of the memory's own drawings.

    Args:
        model: the bundle.
        count: drawings, evenly over the memory.
        seed: of what is left out.

    Returns:
        `remembered` and `left_out`, which is with the drawing, its details and what it is a detail
        of barred; in each the mean of `hidden_lines_drawn` by name of the beginning. Empty for a
        bundle without memory, or where nothing is hidden.
    """
    memory = model.memory
    if memory is None:
        return {}
    shown = np.flatnonzero(~memory.barred)
    rows = shown[:: max(1, len(shown) // count)][:count]
    found: dict[str, dict[str, float]] = {}
    for name in _BEGINNINGS:
        rng = np.random.default_rng(seed)
        pairs = [_of_one(model, memory, int(row), name, rng) for row in rows]
        known = [pair for pair in pairs if pair is not None]
        if known:
            remembered, left_out = np.mean(known, axis=0)
            found.setdefault("remembered", {})[name] = float(remembered)
            found.setdefault("left_out", {})[name] = float(left_out)
    return found


def _of_one(
    model: TableModel, memory: Memory, row: int, beginning: str, rng: np.random.Generator
) -> tuple[float, float] | None:
    drawing = memory.drawing(row)
    strokes = simplify(drawing, _BEGINNINGS[beginning], rng)
    if beginning == "half":
        strokes = strokes[: (len(strokes) + 1) // 2]
    if not strokes:
        return None
    size, width = model.card.ink_size, model.card.stroke_width_px
    ink = table_ink(strokes, size, width, width)
    others = memory.barring(_same_figure(memory, row))
    remembered = hidden_lines_drawn(drawing, ink, model.answer(ink))
    left_out = hidden_lines_drawn(drawing, ink, model.answer(ink, others))
    return None if remembered is None or left_out is None else (remembered, left_out)


def _same_figure(memory: Memory, row: int) -> frozenset[int]:
    """Return the rows of a drawing, of what it is cut out of, and of what is cut out of that."""
    records = memory.provenance
    whole = row if records[row].detail_of is None else records[row].detail_of
    return frozenset(
        other for other, record in enumerate(records) if whole in (other, record.detail_of)
    )
