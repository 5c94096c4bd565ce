"""Moving the projection's four corners onto marks on the table: the geometry, without a window."""

from __future__ import annotations

from enum import Enum, auto
from typing import Literal, cast

import numpy as np

from calibration.registration import target_corners
from calibration.table import as_rows
from exhibit.contract.calibration import ProjectorCalibration
from exhibit.contract.geometry import (
    Matrix,
    Points,
    homography,
    keeps_handedness,
    project,
    rectangle,
    stage_size,
)

Degrees = Literal[0, 90, 180, 270]
STEP_PX, LEAP_PX = 1, 10
_FIRST_SHARE = 0.8
_ARROWS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


class Outcome(Enum):
    """What a key means for the window."""

    GO_ON = auto()
    SAVE = auto()
    CANCEL = auto()


class CornerEditor:
    """Four points of the upright stage that are moved until they lie on four marks on the table.

    Args:
        window_px: width and height of the window.
        table_mm: width and height of the table's area.
        mirror: `stage.mirror`, to begin with.
        rotate: `stage.rotate`, to begin with.
        known: an earlier calibration to begin with.

    Attributes:
        points: (4, 2) stage pixels, clockwise from the upper left as the visitor sees the table.
        selected: index of the point that the arrows move.
    """

    def __init__(
        self,
        window_px: tuple[int, int],
        table_mm: tuple[float, float],
        mirror: bool,
        rotate: Degrees,
        known: ProjectorCalibration | None = None,
    ) -> None:
        self.table_mm = table_mm
        self.mirror = mirror
        self.rotate = rotate
        self.selected = 0
        self._window_px = window_px
        self.points = self._first_points() if known is None else self._known_points(known)

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the upright stage."""
        return stage_size(*self._window_px, self.rotate)

    @property
    def table_to_stage(self) -> Matrix | None:
        """(3, 3) from table mm to stage pixels; None while the points make no sound rectangle."""
        try:
            matrix = homography(target_corners(self.table_mm), self.points)
        except ValueError:
            return None
        return matrix if keeps_handedness(matrix, *self.table_mm) else None

    def press(self, key: str, shift: bool = False) -> Outcome:
        """Take one key by its pygame name, for example `tab`, `left` or `return`."""
        if key in _ARROWS:
            step = np.multiply(_ARROWS[key], LEAP_PX if shift else STEP_PX)
            moved = self.points[self.selected] + step
            self.points[self.selected] = np.clip(moved, (0, 0), self.size_px)
        elif key == "tab":
            self.selected = (self.selected + (-1 if shift else 1)) % 4
        elif key in ("1", "2", "3", "4"):
            self.selected = int(key) - 1
        elif key == "m":
            self.mirror = not self.mirror
        elif key == "r":
            self.rotate = cast(Degrees, (self.rotate + 90) % 360)
            self.points = self._first_points()
        elif key == "escape":
            return Outcome.CANCEL
        elif key in ("return", "enter") and self.table_to_stage is not None:
            return Outcome.SAVE
        return Outcome.GO_ON

    def result(self) -> ProjectorCalibration:
        """Return what is to be saved; the points must make a sound rectangle."""
        matrix = self.table_to_stage
        if matrix is None:
            raise ValueError("the corners are crossed; expected them clockwise from the upper left")
        return ProjectorCalibration(
            size_px=self.size_px,
            mirror=self.mirror,
            rotate=self.rotate,
            table_to_projector=as_rows(matrix),
        )

    def _first_points(self) -> Points:
        stage = np.array(self.size_px, np.float64)
        table = np.array(self.table_mm)
        size = table * (_FIRST_SHARE * (stage / table).min())
        placed = homography(
            rectangle(*self.table_mm), rectangle(size[0], size[1]) + (stage - size) / 2
        )
        return project(placed, target_corners(self.table_mm))

    def _known_points(self, known: ProjectorCalibration) -> Points:
        grown = np.divide(self.size_px, known.size_px)
        matrix = np.array(known.table_to_projector)
        return project(matrix, target_corners(self.table_mm)) * grown
