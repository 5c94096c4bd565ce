"""Moving nine projected crosses onto nine printed marks: the geometry, without a window."""

from __future__ import annotations

import numpy as np

from calibration.projection import Fit
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import (
    Matrix,
    Points,
    homography,
    project,
    rectangle,
)
from exhibit.contract.handedness import keeps_handedness
from exhibit.contract.lens import mesh_points
from exhibit.contract.views import ProjectorView

STEP_PX, LEAP_PX = 1, 10
CORNERS = (0, 2, 8, 6)
"""Of the nine, clockwise from the upper left."""
_ARROWS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_FIRST_SHARE = 0.8
_FOLDED = "the crosses are in disorder; expected the four corners clockwise from the upper left"


class NudgeEditor:
    """Nine points of the upright stage that are moved until they lie on marks on the table.

    The corners come first. What was not moved yet follows the corners, so that the rest is small.

    Attributes:
        marks_mm: (9, 2) where the printed marks are, row by row.
        points: (9, 2) pixels of the upright stage.
        selected: which of the nine the arrows move.

    Args:
        stage_px: width and height of the upright stage.
        table_mm: width and height of the table's area.
        known: an earlier map to begin with.
    """

    def __init__(
        self,
        stage_px: tuple[int, int],
        table_mm: tuple[float, float],
        known: ProjectorView | None = None,
    ) -> None:
        self.marks_mm = mesh_points(table_mm)
        self._stage_px, self._table_mm = stage_px, table_mm
        self.selected = CORNERS[0]
        self._moved = np.zeros(9, np.bool_)
        self.points = self._first() if known is None else known.to_stage(self.marks_mm)
        # An earlier map knows what its lens does; a first guess knows nothing.
        self._moved[:] = known is not None and known.mesh_px is not None

    @property
    def order(self) -> tuple[int, ...]:
        """The nine in the order in which they are moved: corners first."""
        return (*CORNERS, *(number for number in range(9) if number not in CORNERS))

    def select(self, number: int) -> None:
        """Choose which of the nine the arrows move."""
        self.selected = number % 9

    def step(self, by: int) -> None:
        """Choose the next one, or the one before with -1."""
        order = self.order
        self.selected = order[(order.index(self.selected) + by) % 9]

    def press(self, key: str, shift: bool = False) -> None:
        """Take an arrow key by its name, `left`, `right`, `up` or `down`, or `tab`."""
        if key == "tab":
            self.step(-1 if shift else 1)
        elif key in _ARROWS:
            self.move(np.multiply(_ARROWS[key], LEAP_PX if shift else STEP_PX))

    def move(self, by_px: Points) -> None:
        """Move the selected one by so many pixels; it stays on the stage."""
        moved = self.points[self.selected] + by_px
        self.points[self.selected] = np.clip(moved, (0, 0), self._stage_px)
        self._moved[self.selected] = True
        if self.selected in CORNERS and (plane := self.plane) is not None:
            followers = ~self._moved
            followers[list(CORNERS)] = False
            self.points[followers] = project(plane, self.marks_mm[followers])

    @property
    def plane(self) -> Matrix | None:
        """(3, 3) from mm to stage by the corners; None while they make no sound rectangle."""
        corners = list(CORNERS)
        try:
            matrix = homography(self.marks_mm[corners], self.points[corners])
        except ValueError:
            return None
        return matrix if keeps_handedness(matrix.tolist(), *self._table_mm) else None

    @property
    def view(self) -> ProjectorView:
        """The map that takes every mark to its cross.

        Raises:
            CalibrationError: the corners make no sound rectangle.
        """
        plane = self.plane
        if plane is None:
            raise CalibrationError(_FOLDED)
        left = self.points - project(plane, self.marks_mm)
        mesh = np.where(np.abs(left) < 1e-6, 0.0, left)
        return ProjectorView(self._stage_px, plane, self._table_mm, mesh if mesh.any() else None)

    def fit(self) -> Fit:
        """Return the map, and how far its plane alone would be from the crosses.

        Raises:
            CalibrationError: the corners make no sound rectangle.
        """
        view = self.view
        plane = ProjectorView(self._stage_px, view.table_to_stage, self._table_mm)
        off = plane.to_table(self.points) - self.marks_mm
        nothing = np.zeros(9, np.bool_)
        return Fit(view, self.marks_mm, off, nothing, nothing)

    def _first(self) -> Points:
        stage, table = np.array(self._stage_px, np.float64), np.array(self._table_mm)
        size = table * (_FIRST_SHARE * (stage / table).min())
        placed = homography(
            rectangle(*self._table_mm), rectangle(size[0], size[1]) + (stage - size) / 2
        )
        return project(placed, self.marks_mm)
