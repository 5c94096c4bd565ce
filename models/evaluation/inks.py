"""Ink as a bundle gets it."""

from __future__ import annotations

from collections.abc import Sequence

from exhibit.contract.values import Floats, Gray
from models.evaluation.table_model import TableModel
from models.sketches.raster import table_ink


def ink_of(model: TableModel, strokes: Sequence[Floats]) -> Gray:
    """Draw strokes, each (n, 2) in the unit square, with the pen that the bundle was trained on.

    Returns:
        (S, S) uint8, 0 ink .. 255 paper, of the bundle's size.
    """
    width = model.card.stroke_width_px
    return table_ink(strokes, model.card.ink_size, width, width)
