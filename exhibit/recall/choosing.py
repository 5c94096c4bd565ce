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

_TRIED = 5
_WORKED_PX = 128
_LYING_ON = 1.0
"""What is added to the score of a drawing that all of the ink lies on."""


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """A find in the pose that suits the ink, and what its score becomes by that.

    `place` is where it lies before: the find, brought on the sheet.
    """

    find: Find
    place: Find
    pose: Pose
    score: float


def best_posed(memory: Memory, finds: Sequence[Find], ink: Gray) -> list[Posed]:
    """Try the best finds in the pose that suits the ink.

    Args:
        memory: where they were found.
        finds: the best first; those that score too little to be shown are left out.
        ink: (S, S) uint8, 0 ink .. 255 paper.

    Returns:
        At most five of them, the best first.
    """
    drawn = lines_of(ink)
    shown = [find for find in finds if find.score >= LEAST_SCORE]
    posed = [_posed(memory, find, drawn) for find in shown[:_TRIED]]
    return sorted(posed, key=lambda one: -one.score)


def find_posed(memory: Memory, ink: Gray) -> Posed | None:
    """Search for ink (S, S) uint8, and return the find that lies on it best; None without any."""
    return next(iter(best_posed(memory, memory.search(ink, _TRIED), ink)), None)


def drawn_in_pose(memory: Memory, posed: Posed, side_px: int) -> Gray:
    """Draw a find whole where it lies over the ink, (side_px, side_px) uint8."""
    return lay(memory.drawing(posed.find.drawing), posed.place, side_px, posed.pose)


def _posed(memory: Memory, find: Find, ink: Lines) -> Posed:
    drawing = memory.drawing(find.drawing)
    place = on_the_sheet(drawing, find)
    pose, lying_on = pose_towards(lines_of(lay(drawing, place, _WORKED_PX)), ink)
    return Posed(find, place, pose, find.score + _LYING_ON * lying_on)
