"""Recall for ink that does not grow: a file, a sketch to be measured, a pair to be learnt from."""

from __future__ import annotations

from dataclasses import dataclass

from exhibit.contract.values import Find, Gray
from exhibit.recall.bending import bend
from exhibit.recall.memory import Memory
from exhibit.recall.placing import lay


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A find, and its drawing bent to the ink: `picture` (R, R) uint8."""

    find: Find
    picture: Gray


def recall_at_once(memory: Memory, ink: Gray, side_px: int) -> Found | None:
    """Find the drawing that fits the ink best, and bend it.

    Args:
        memory: what is looked in.
        ink: (S, S) uint8, 0 ink .. 255 paper.
        side_px: side of the picture.

    Returns:
        The drawing, or None where there is too little ink.
    """
    finds = memory.search(ink, 1)
    if not finds:
        return None
    (find,) = finds
    placed = lay(memory.drawing(find.drawing), find, side_px)
    return Found(find, bend(placed, ink).picture)
