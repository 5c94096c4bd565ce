"""Recall for ink that does not grow: a file, a sketch to be measured, a pair to be learnt from."""

from __future__ import annotations

from dataclasses import dataclass

from exhibit.contract.values import Find, Gray
from exhibit.recall.bending import bend
from exhibit.recall.beside import beside, left_of
from exhibit.recall.choosing import drawn_in_pose, find_posed
from exhibit.recall.composing import MOST_RECALLED, drawn_side, together
from exhibit.recall.groups import figures_on
from exhibit.recall.handwriting import in_pen_line, is_handwriting
from exhibit.recall.memory import Memory


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found, one find a figure, bent to the ink: `picture` (R, R) uint8.

    `ink` is what is left to be drawn beside it, (S, S) uint8, and None for all of it.
    """

    finds: tuple[Find, ...]
    picture: Gray
    ink: Gray | None


def recall_at_once(memory: Memory, ink: Gray, side_px: int) -> Found | None:
    """Find the drawings that fit the figures of the ink best, and bend them; keep handwriting.

    Args:
        memory: what is looked in.
        ink: (S, S) uint8, 0 ink .. 255 paper.
        side_px: side of the picture.

    Returns:
        The drawings, or None where nothing was found and nothing written.
    """
    side = drawn_side(side_px)
    finds, pictures, drawings = [], [], []
    left: list[tuple[Gray, Gray]] = []
    for one in figures_on(ink):
        if is_handwriting(one.ink):
            pictures.append(in_pen_line(one.ink, side))
        else:
            drawings.append(one.ink)
    for drawing in drawings[:MOST_RECALLED]:
        posed = find_posed(memory, drawing)
        if posed is not None:
            bent = bend(drawn_in_pose(memory, posed, side), drawing)
            pictures.append(bent.picture)
            left.append((drawing, beside(drawing, bent.picture, bent.followed)))
            finds.append(posed.find)
    if not pictures:
        return None
    return Found(tuple(finds), together(pictures, side_px), left_of(ink, left))
