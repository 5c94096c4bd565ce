"""Which views of the board a lens is measured by, and what to show the camera next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np

from calibration.sightings import Sighting
from exhibit.contract.geometry import Points

WANTED_VIEWS = 15
ACROSS, DOWN = 4, 3
"""Regions of the frame: a lens is known only where the board was."""
CORNERS_A_REGION = 12
WANTED_TILTED = 5
_STILL_PX = 0.7
"""A board that is moved is smeared, and no two of its corners at the same time."""
_NEW_PX = 25.0
"""How far corners must have moved on average for a view that says anything new."""
_TILTED = 0.08
"""Share of the distance by which the nearest end of a tilted board is nearer than its middle; a
lens that bends lines makes 0.05 of a flat one."""
_REGION_NAMES = (
    ("upper left", "upper middle left", "upper middle right", "upper right"),
    ("left", "middle left", "middle right", "right"),
    ("lower left", "lower middle left", "lower middle right", "lower right"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show next, `count` times more; the first empty `region` by row and column."""

    code: Literal["hold", "region", "tilt", "more", "enough"]
    count: int = 0
    region: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class ViewCollector:
    """Takes still views that differ, and says what is missing.

    Attributes:
        views: what was taken.
    """

    views: list[Sighting] = field(default_factory=list)
    _last: Sighting | None = None

    def offer(self, sighting: Sighting | None) -> bool:
        """Look at one frame's board; returns whether it was taken as a view."""
        before, self._last = self._last, sighting
        if sighting is None or before is None or _moved_px(before, sighting) > _STILL_PX:
            return False
        if any(_moved_px(view, sighting) < _NEW_PX for view in self.views):
            return False
        self.views.append(sighting)
        return True

    @property
    def coverage(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """(DOWN, ACROSS) corners that were seen in every region of the frame."""
        return coverage_of(self.views)

    @property
    def complete(self) -> bool:
        """Whether there is enough of everything."""
        return self._lacking().code == "enough"

    def wanted(self) -> Wanted:
        """Return what to do next."""
        return Wanted("hold") if self._last is None else self._lacking()

    def advice(self) -> str:
        """Say in one line what to do next."""
        wanted = self.wanted()
        match wanted.code:
            case "hold":
                return "hold the board so that the camera sees it"
            case "region":
                row, column = wanted.region
                more = f" ({wanted.count} regions to go)" if wanted.count > 1 else ""
                return f"move the board to the {_REGION_NAMES[row][column]} of the picture{more}"
            case "tilt":
                return f"tilt the board, another way each time ({wanted.count} more)"
            case "more":
                return f"show the board elsewhere, nearer or farther ({wanted.count} more)"
        return "enough: every region is covered"

    def _lacking(self) -> Wanted:
        empty = np.argwhere(self.coverage < CORNERS_A_REGION)
        if len(empty):
            return Wanted("region", len(empty), (int(empty[0][0]), int(empty[0][1])))
        tilted = sum(is_tilted(view) for view in self.views)
        if tilted < WANTED_TILTED:
            return Wanted("tilt", WANTED_TILTED - tilted)
        if len(self.views) < WANTED_VIEWS:
            return Wanted("more", WANTED_VIEWS - len(self.views))
        return Wanted("enough")


def coverage_of(
    views: list[Sighting],
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Return (DOWN, ACROSS) corners that some views show in every region of the frame."""
    counts: Counter[tuple[int, int]] = Counter()
    for view in views:
        regions = np.floor(view.corners / view.size_px * (ACROSS, DOWN)).astype(int)
        counts.update((int(y), int(x)) for x, y in regions)
    found = [[counts[row, column] for column in range(ACROSS)] for row in range(DOWN)]
    return np.asarray(found, np.int64)


def is_tilted(view: Sighting) -> bool:
    """Return whether one end of the board is clearly nearer to the camera than the opposite one."""
    matrix, _ = cv2.findHomography(view.corners_mm, view.corners)
    if matrix is None:
        return False
    low, high = view.board.corners_mm.min(axis=0), view.board.corners_mm.max(axis=0)
    middle = np.array([*(low + high) / 2, 1.0])
    # The third row of the map is how distance grows over the board.
    steepest = np.linalg.norm(matrix[2, :2]) / abs(matrix[2] @ middle)
    return float(steepest * np.linalg.norm(high - low) / 2) > _TILTED


def _moved_px(first: Sighting, second: Sighting) -> float:
    """Return how far the corners that both show are apart on average; much if they share none."""
    shared, at, there = np.intersect1d(first.ids, second.ids, return_indices=True)
    if len(shared) == 0:
        return float("inf")
    apart: Points = first.corners[at] - second.corners[there]
    return float(np.linalg.norm(apart, axis=1).mean())
