"""The held-out sketches as the encoder gets them, at 25, 50 and 100 % of their drawing time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exhibit.contract.values import Gray
from models.sketches.framing import Placement, frame_strokes
from models.sketches.quickdraw import TimedSketch, drawn_up_to
from models.sketches.raster import table_ink

SHARES = (25, 50, 100)
"""Percent of the drawing time."""


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """One sketch: its word, and the ink at each share, each (S, S) uint8."""

    word: str
    inks: dict[int, Gray]


def visits(
    sketches: Sequence[TimedSketch], ink_size: int, stroke_width_px: float, count: int | None
) -> list[Visit]:
    """Draw sketches as ink, all with the same placement; a beginning lies where it will end.

    Args:
        sketches: the held-out ones.
        ink_size: side of the ink in pixels.
        stroke_width_px: the bundle's.
        count: at most so many, spread evenly over the categories; None for all.
    """
    step = 1 if count is None else max(1, len(sketches) // count)
    chosen = sketches[::step][:count]
    return [
        Visit(
            sketch.word, {share: _ink(sketch, share, ink_size, stroke_width_px) for share in SHARES}
        )
        for sketch in chosen
    ]


def _ink(sketch: TimedSketch, share: int, ink_size: int, stroke_width_px: float) -> Gray:
    strokes = frame_strokes(drawn_up_to(sketch, share / 100), sketch.strokes, Placement())
    return table_ink(strokes, ink_size, stroke_width_px, stroke_width_px)
