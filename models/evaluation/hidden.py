"""Is what the ink leaves out filled in? Drawings shown as visitors would begin them."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Gray
from exhibit.recall.memory import Memory
from models.evaluation.inks import ink_of
from models.evaluation.table_model import TableModel
from models.measures.hidden import hidden_lines_drawn
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
    rngs = {name: np.random.default_rng(seed) for name in _BEGINNINGS}
    pairs: dict[str, list[tuple[float, float]]] = {name: [] for name in _BEGINNINGS}
    for row in rows.tolist():
        others = memory.barring(_same_figure(memory, row))
        for name, rng in rngs.items():
            pair = _of_one(model, memory.drawing(row), others, name, rng)
            if pair is not None:
                pairs[name].append(pair)
    found: dict[str, dict[str, float]] = {}
    for name, known in pairs.items():
        if known:
            remembered, left_out = np.mean(known, axis=0)
            found.setdefault("remembered", {})[name] = float(remembered)
            found.setdefault("left_out", {})[name] = float(left_out)
    return found


def _of_one(
    model: TableModel, drawing: Gray, others: Memory, beginning: str, rng: np.random.Generator
) -> tuple[float, float] | None:
    strokes = simplify(drawing, _BEGINNINGS[beginning], rng)
    if beginning == "half":
        strokes = strokes[: (len(strokes) + 1) // 2]
    if not strokes:
        return None
    ink = ink_of(model, strokes)
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
