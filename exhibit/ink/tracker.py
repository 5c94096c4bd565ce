"""The sheet over time: present or not, resting, moving or lifted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.curl import is_raised, lifted_corners, off_the_glass, stands
from exhibit.ink.images import Homography
from exhibit.ink.knock import KnockWatch
from exhibit.ink.sheet_outline import Outline, find_outline, inside, outline_from
from exhibit.ink.sides import Across
from exhibit.ink.tremble import Tremble

_REST_PX = 0.9
_REST_FRAMES = 4
_SEARCH_EVERY = 6
_LOST_S = 0.5
_OTHER_SHEET_S = 8.0
_TREMBLES_S, _TREMBLES_PX, _TO_AND_FRO = 0.8, 9.0, 1.8
_FLAT_LOOKS = 6
_SAME_PX, _RESTS = 1.2, 8
"""A sheet lies where one has rested whose corners are as near; and how many places are known."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Where the sheet is now.

    Args:
        corners: (4, 2) float32 in frame pixels, or None without a sheet; of a lifted sheet, where
            it lay.
        resting: whether it lies still; ink is only learnt from a sheet that does.
        arrived: it was not there the frame before.
        left: it is not there any more.
        raised: the whole sheet has left the glass.
        curled: triangles (3, 2) float32 in frame pixels, corners that have left the glass.
        steadied: (3, 3) from this frame to one in which the sheet lies at `corners`, while the
            camera shakes; None where it does not.
    """

    corners: Floats | None
    resting: bool = False
    arrived: bool = False
    left: bool = False
    raised: bool = False
    curled: tuple[Floats, ...] = ()
    steadied: Homography | None = None

    @property
    def corners_seen(self) -> Floats | None:
        """(4, 2) float32, where the sheet is in this very frame."""
        if self.corners is None or self.steadied is None:
            return self.corners
        back = np.asarray(np.linalg.inv(self.steadied), np.float64)
        return np.asarray(cv2.perspectiveTransform(self.corners[None], back)[0], np.float32)

    def lifted(self, shape: tuple[int, int]) -> NDArray[np.bool_] | None:
        """Return (H, W) bool, where the sheet has left the glass, or None where it lies flat."""
        if self.raised and self.corners is not None:
            return np.asarray(inside(self.corners, shape, 0.0), np.bool_)
        if self.curled:
            return np.asarray(off_the_glass(self.curled, shape, 1.0), np.bool_)
        return None


class Tracker(Protocol):
    """Tells where the sheet is; `ever_seen` says whether an outline was seen at all."""

    ever_seen: bool

    def step(self, pixels: Gray, level: Gray, bare: Floats | None, now_s: float) -> Pose:
        """Take one frame into account; see `SheetTracker.step`."""


class SheetTracker:
    """Follows one sheet from its arrival until it is taken away.

    A resting one is looked for in every other frame, and in that in which the camera is knocked.
    """

    def __init__(self, is_raised: Callable[[Floats, Floats], bool] = is_raised) -> None:
        """Begin without a sheet.

        Args:
            is_raised: tells, from the outlines (4, 2) of a sheet at rest and now, whether it is
                held up; on a table that is a sheet which cannot be read.
        """
        self._is_raised = is_raised
        self._corners: Floats | None = None
        self._rest: Floats | None = None
        self._rests: list[Floats] = []
        self._raised_at: float | None = None
        self._curled: tuple[Floats, ...] = ()
        self._flat_looks = 0
        self._recent: list[Floats] = []
        self._rests_here = False
        self._lately: list[tuple[float, Floats]] = []
        self._seen_at = 0.0
        self._search_in = 0
        self._turn = False
        self._knock = KnockWatch()
        self._across: Across | None = None
        self._tremble = Tremble()
        self._seen_corners: Floats | None = None
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
        # In a frame in which the sheet is not where it was its ink would be taken for new ink.
        knocked = self._knock.step(pixels, self._corners)
        self._turn = not self._turn and not knocked
        resting = self._raised_at is None and self._rests_here
        if self._turn and self._corners is not None and resting and not self._tremble.goes_on:
            return Pose(self._corners, resting=True, curled=self._curled)
        outline = None
        if self._corners is not None:
            trembled = self._tremble.goes_on and self._seen_corners is not None
            place = self._seen_corners if trembled else self._corners
            assert place is not None
            if self._across is None or self._across.corners is not place:
                self._across = Across(place, pixels.shape)
            sides = self._across.look(pixels)
            fit = partial(outline_from, place, sides, pixels.shape)
            if resting and not self._tremble.goes_on and stands(sides, fit):
                self._seen_at = now_s
                self._note_curl(lifted_corners(place, sides))
                return Pose(place, resting=True, curled=self._curled)
            outline = fit()
            if resting and outline is not None and self._tremble.goes_on:
                steadied = self._tremble.step(self._corners, outline.corners, now_s)
                if steadied is not None:
                    self._seen_at, self._seen_corners = now_s, outline.corners
                    return Pose(self._corners, resting=True, steadied=steadied)
        self._curled = ()
        if outline is None or not outline.certain:
            outline = self._search(pixels, level, bare) or outline
        if outline is None:
            return self._without(had, now_s)
        self._seen_at = now_s
        self.ever_seen = True
        return self._moved_to(outline, had, now_s)

    def _note_curl(self, curled: tuple[Floats, ...]) -> None:
        """A slight curl is not seen in every frame: it is flat once it was not seen for a while."""
        self._flat_looks = 0 if curled else self._flat_looks + 1
        if curled or self._flat_looks > _FLAT_LOOKS:
            self._curled = curled

    def _moved_to(self, outline: Outline, had: bool, now_s: float) -> Pose:
        """The outline is somewhere else: the sheet moved, or was raised."""
        self._corners = outline.corners
        self._note_recent([*self._recent[1 - _REST_FRAMES :], outline.corners])
        self._lately = [(t, c) for t, c in self._lately if now_s - t <= _TREMBLES_S]
        self._lately.append((now_s, outline.corners))
        doubtful = outline.certain or self._raised_at is not None
        if doubtful and self._is_held_up(outline.corners):
            assert self._rest is not None
            if self._raised_at is None:
                self._raised_at = now_s
            if now_s - self._raised_at < _OTHER_SHEET_S:
                return Pose(self._rest, raised=True)
            # Nobody holds up a sheet so long: it is another one.
            self._forget()
            return Pose(None, left=True)
        self._raised_at = None
        resting = self._rests_here
        if not resting and self._stays_in_place(now_s):
            # A camera that shakes never shows a sheet at rest.
            self._corners = np.mean([c for _, c in self._lately], axis=0, dtype=np.float32)
            self._note_recent([self._corners] * _REST_FRAMES)
            self._tremble.begin(now_s)
            resting = True
        if resting:
            self._rest = self._corners
            if not self._has_rested_at(self._corners):
                self._rests = [*self._rests[1 - _RESTS :], self._corners]
        return Pose(self._corners, resting, arrived=not had)

    def _is_held_up(self, corners: Floats) -> bool:
        """Whether an outline (4, 2) is of a raised sheet.

        Where a sheet has rested before one lies again: then the outline that rested last was
        misread, as while another sheet was drawn away from on top.
        """
        if self._rest is None or self._has_rested_at(corners):
            return False
        return self._is_raised(self._rest, corners)

    def _has_rested_at(self, corners: Floats) -> bool:
        return any(np.abs(corners - place).max() < _SAME_PX for place in self._rests)

    def _stays_in_place(self, now_s: float) -> bool:
        """Whether the sheet has been going to and fro by a few pixels for a while.

        One that is pushed goes one way.
        """
        if now_s - self._lately[0][0] < 0.9 * _TREMBLES_S or len(self._lately) < 2 * _REST_FRAMES:
            return False
        places = np.stack([corners for _, corners in self._lately])
        middles = places.mean(axis=1)
        spread, way = np.ptp(middles, axis=0), np.abs(np.diff(middles, axis=0)).sum(axis=0)
        to_and_fro = bool((way > _TO_AND_FRO * spread)[spread > _REST_PX].all())
        return to_and_fro and bool(np.ptp(places, axis=0).max() < _TREMBLES_PX)

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
        self._note_recent([])
        if had and now_s - self._seen_at < _LOST_S:
            raised = self._raised_at is not None
            return Pose(self._rest if raised else self._corners, raised=raised)
        self._forget()
        return Pose(None, left=had)

    def _forget(self) -> None:
        self._corners = self._rest = self._raised_at = None
        self._lately, self._rests, self._curled = [], [], ()
        self._note_recent([])
        self._tremble.end()

    def _note_recent(self, outlines: list[Floats]) -> None:
        """Keep the outlines (4, 2) of late, and whether they are all in one place."""
        self._recent = outlines
        self._rests_here = len(outlines) >= _REST_FRAMES and bool(
            np.ptp(np.stack(outlines), axis=0).max() < _REST_PX
        )
