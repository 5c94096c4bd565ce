"""From a drawing to its figures, which the ground they stand on may connect."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.collection.boxes import Box
from models.collection.figures import FIGURE_SPACING, Part, split

GUTTER_SHARE = 0.02
"""Bare ground at least this wide separates two figures: a share of the drawing's longer side."""
GROUND_SHARE = 0.035
"""Ground is at most this high, as a share of the drawing's longer side."""
LOWEST_PART = 0.6
"""Ground lies below this share of the part's height; higher up, a strip is an arm or a nose."""


def figures_of(drawing: Part) -> list[Part]:
    """Split a drawing into its figures: connected ink, cut apart along the ground.

    Args:
        drawing: a part of the page.

    Returns:
        The figures, top to bottom then left to right, placed on the page.
    """
    longest = max(drawing.ink.shape)
    return [
        replace(figure, box=figure.box.moved(drawing.box.left, drawing.box.top))
        for part in split(drawing.ink, FIGURE_SPACING)
        for figure in cut_along_ground(part, longest)
    ]


def cut_along_ground(part: Part, drawing_px: int) -> list[Part]:
    """Split a part where, for a while, there is nothing in it but a strip of ground.

    Args:
        part: of `split`.
        drawing_px: the drawing's longer side.

    Returns:
        The figures from left to right, without the bare ground between them; the part itself where
        it stands alone.
    """
    bare = _bare_columns(part.ink, GROUND_SHARE * drawing_px)
    runs = _runs(bare, max(2, round(GUTTER_SHARE * drawing_px)))
    if not runs:
        return [part]
    edges = [0, *(edge for run in runs for edge in run), part.ink.shape[1]]
    spans = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [_between(part, start, end) for start, end in spans if part.ink[:, start:end].any()]


def _bare_columns(ink: NDArray[np.bool_], ground_px: float) -> NDArray[np.bool_]:
    """Columns whose ink, if any, spans no more than a strip of ground."""
    height = ink.shape[0]
    top = ink.argmax(0)
    bottom = height - ink[::-1].argmax(0)
    ground = (bottom - top <= ground_px) & (top >= LOWEST_PART * height)
    return ground | ~ink.any(0)


def _runs(flags: NDArray[np.bool_], shortest: int) -> list[tuple[int, int]]:
    """Start and end of the runs of True that are long enough."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [
        (int(start), int(end))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if end - start >= shortest
    ]


def _between(part: Part, start: int, end: int) -> Part:
    inside = part.ink[:, start:end]
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    left, top = part.box.left + start, part.box.top
    box = Box(
        left + int(columns[0]),
        top + int(rows[0]),
        left + int(columns[-1]) + 1,
        top + int(rows[-1]) + 1,
    )
    return Part(box, inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
