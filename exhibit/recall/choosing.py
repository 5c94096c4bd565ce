"""Which of the finds lies on the ink best once each is in the pose that suits it.

A search compares drawings upright and in steps of size. Of its best, the one is taken that needs
least bending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exhibit.contract.values import Find, Gray
from exhibit.recall.calm import LEAST_SCORE
from exhibit.recall.lines import Lines, lines_of
from exhibit.recall.memory import Memory
from exhibit.recall.placing import lay, on_the_sheet
from exhibit.recall.pose import Pose, pose_towards

TRIED = 5
_WORKED_PX = 128
_LYING_ON = 1.0
"""What is added to the score of a drawing that all of the ink lies on."""


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """A find in the pose that suits the ink, and what its score becomes by that."""

    find: Find
    pose: Pose
    score: float


def best_posed(memory: Memory, finds: Sequence[Find], ink: Gray) -> list[Posed]:
    """Try the best finds in the pose that suits the ink.

    Args:
        memory: where they were found.
        finds: the best first; those that score too little to be shown are left out.
        ink: (S, S) uint8, 0 ink .. 255 paper.

    Returns:
        At most `TRIED` of them, the best first.
    """
    drawn = lines_of(ink)
    shown = [find for find in finds if find.score >= LEAST_SCORE]
    posed = [_posed(memory, find, drawn) for find in shown[:TRIED]]
    return sorted(posed, key=lambda one: -one.score)


def drawn_in_pose(memory: Memory, posed: Posed, side_px: int) -> Gray:
    """Draw a find whole where it lies over the ink, (side_px, side_px) uint8."""
    drawing = memory.drawing(posed.find.drawing)
    return lay(drawing, on_the_sheet(drawing, posed.find), side_px, posed.pose)


def _posed(memory: Memory, find: Find, ink: Lines) -> Posed:
    drawing = memory.drawing(find.drawing)
    lines = lines_of(lay(drawing, on_the_sheet(drawing, find), _WORKED_PX))
    pose, lying_on = pose_towards(lines, ink)
    return Posed(find, pose, find.score + _LYING_ON * lying_on)
