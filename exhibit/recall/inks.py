"""Ink in cells, at every size that a drawing may have, in either hand."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from exhibit.contract.values import Floats
from exhibit.recall.cells import COARSE, SURROUNDINGS, Ints, above_chance, cells, mirrored
from exhibit.recall.measured import Measured
from exhibit.recall.orientation import DIRECTIONS

SIDES = (11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 27, 30, 32, 35, 38, 42, 46)
"""Coarse cells on the side of the whole ink: drawings from 1.45 to 0.35 of it, in steps of 1.1."""
_NEXT = (np.arange(DIRECTIONS) + 1) % DIRECTIONS
_PREVIOUS = (np.arange(DIRECTIONS) - 1) % DIRECTIONS
_BESIDE = 0.7
"""How well a line of the next direction explains an outline."""


class InkCells:
    """Ink as a drawing of one size sees it.

    Attributes:
        lines: (m, m, 6) float32.
        level: cells on a drawing's side.
    """

    def __init__(self, lines: Floats, level: int) -> None:
        self.lines, self.level = lines, level

    @property
    def side(self) -> int:
        """Cells on the side of the whole ink, m."""
        return len(self.lines)

    @cached_property
    def norm(self) -> float:
        """What the ink scores with itself."""
        above = above_chance(self.lines, SURROUNDINGS[self.level])
        return max(float((self.lines * above).sum()), 1e-6)

    @cached_property
    def near(self) -> Floats:
        """(m, m, 6) float32, cells near lines: what a contour may be explained by."""
        wide = np.minimum(1.0, 3.0 * cv2.GaussianBlur(self.lines, (0, 0), 1.0))
        beside = np.maximum(wide[..., _PREVIOUS], wide[..., _NEXT])
        return np.asarray(np.maximum(wide, _BESIDE * beside), np.float32)

    def lines_under(self, corners: Ints) -> Floats:
        """Return the lines under drawings at corners (p, 2): (p, level, level, 6)."""
        return self._under(self._room, corners)

    def near_under(self, corners: Ints) -> Floats:
        """Return `near` under drawings at corners (p, 2): (p, level, level, 6)."""
        return self._under(self._near_room, corners)

    def sheet_under(self, corners: Ints) -> Floats:
        """Return 1 where the sheet is under drawings at corners (p, 2): (p, level, level)."""
        at = corners[:, :, None] + np.arange(self.level)
        within = ((at >= 0) & (at < self.side)).astype(np.float32)
        return np.asarray(within[:, 0, :, None] * within[:, 1, None, :], np.float32)

    @cached_property
    def _room(self) -> Floats:
        return self._with_room(self.lines)

    @cached_property
    def _near_room(self) -> Floats:
        return self._with_room(self.near)

    def _with_room(self, values: Floats) -> Floats:
        """Return all squares of a drawing's size as a view (·, ·, level, level·6)."""
        start, end = self.level, self.level + self.side
        room = np.zeros((end + start, end + start, DIRECTIONS), np.float32)
        room[start:end, start:end] = values
        squares = sliding_window_view(
            room.reshape(len(room), -1), (self.level, self.level * DIRECTIONS)
        )
        return squares[:, ::DIRECTIONS]

    def _under(self, room: Floats, corners: Ints) -> Floats:
        at = np.clip(corners, -self.level, self.side) + self.level
        found = room[at[:, 0], at[:, 1]]
        return found.reshape(len(corners), self.level, self.level, DIRECTIONS)


class Inks:
    """One ink in cells for every size and hand, each made when it is first asked for."""

    def __init__(self, measured: Measured) -> None:
        self.measured = measured
        self._made: dict[tuple[int, bool, int], InkCells] = {}

    def at(self, size: int, turned: bool, level: int) -> InkCells:
        """Return the ink for `SIDES[size]`, turned over or not, and drawings of `level` cells."""
        key = (size, turned, level)
        if key not in self._made:
            if turned:
                lines = np.ascontiguousarray(mirrored(self.at(size, False, level).lines))
            else:
                density = self.measured.density if level > COARSE else self.measured.halved
                lines = cells(density, SIDES[size] * level // COARSE)
            self._made[key] = InkCells(lines, level)
        return self._made[key]
