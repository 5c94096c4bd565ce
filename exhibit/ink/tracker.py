"""The sheet over time: present or not, resting or moving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.sheet import Outline, find_outline, follow_outline

_REST_PX = 0.9
_MOVING_PX = 0.6
_REST_FRAMES = 4
_SEARCH_EVERY = 6
_LOST_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Where the sheet is now.

    Args:
        corners: (4, 2) float32 in frame pixels, or None without a sheet.
        resting: whether it lies still; ink is only learnt from a sheet that does.
        arrived: it was not there the frame before.
        left: it is not there any more.
    """

    corners: Floats | None
    resting: bool = False
    arrived: bool = False
    left: bool = False


class Tracker(Protocol):
    """Tells where the sheet is; `ever_seen` says whether an outline was seen at all."""

    ever_seen: bool

    def step(self, pixels: Gray, level: Gray, bare: Floats | None, now_s: float) -> Pose:
        """Take one frame into account; see `SheetTracker.step`."""


class SheetTracker:
    """Follows one sheet from its arrival until it is taken away.

    A resting one is looked for in every other frame.
    """

    def __init__(self) -> None:
        self._corners: Floats | None = None
        self._recent: list[Floats] = []
        self._seen_at = 0.0
        self._search_in = 0
        self._turn = False
        self.ever_seen = False

    def step(self, pixels: Gray, level: Gray, bare: Floats | None, now_s: float) -> Pose:
        """Take one frame into account.

        Args:
            pixels: (H, W) uint8.
            level: (h, w) uint8, smooth brightness at a smaller size.
            bare: (h, w) float32, the same without a sheet, or None.
            now_s: time of the frame.
        """
        had = self._corners is not None
        self._turn = not self._turn
        if self._turn and self._corners is not None and self._resting():
            return Pose(self._corners, resting=True)
        outline = None if self._corners is None else follow_outline(pixels, self._corners)
        if outline is None or not outline.certain:
            outline = self._search(pixels, level, bare) or outline
        if outline is None:
            return self._without(had, now_s)
        self._seen_at = now_s
        self.ever_seen = True
        self._corners = outline.corners
        self._recent = [*self._recent[1 - _REST_FRAMES :], outline.corners]
        return Pose(self._corners, self._resting(), arrived=not had)

    def _search(self, pixels: Gray, level: Gray, bare: Floats | None) -> Outline | None:
        self._search_in -= 1
        if self._search_in > 0:
            return None
        self._search_in = _SEARCH_EVERY if self._corners is not None else 2
        found = find_outline(pixels, level, bare)
        if found is None and bare is not None and not self.ever_seen:
            # What passed for the bare table may have been a sheet that was there all along.
            self._search_in = _SEARCH_EVERY
            found = find_outline(pixels, level, None)
        return found

    def _without(self, had: bool, now_s: float) -> Pose:
        self._recent = []
        if had and now_s - self._seen_at < _LOST_S:
            return Pose(self._corners)
        self._corners = None
        return Pose(None, left=had)

    def _resting(self) -> bool:
        if len(self._recent) < _REST_FRAMES:
            return False
        return bool(np.ptp(np.stack(self._recent), axis=0).max() < _REST_PX)
