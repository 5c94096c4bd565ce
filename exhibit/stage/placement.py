"""Where a picture lands in the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exhibit.contract.calibration import Calibration, projector_misfit
from exhibit.contract.calibration.maps import projector_view, square_to_table
from exhibit.contract.geometry import (
    Matrix,
    Points,
    mounting,
    project,
    rectangle,
    scaling,
    stage_size,
    translation,
)
from exhibit.contract.settings.schema import StageConfig
from exhibit.contract.views import ProjectorView

_TO_A_SIDE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Bent:
    """A projector with a mesh: `hang` (3, 3) from the upright stage to the window."""

    projector: ProjectorView
    hang: Matrix
    square_to_table: Matrix

    def to_square(self, window: Points) -> Points:
        """Return (n, 2) of the picture's unit square that pixels of the window show."""
        stage = project(np.asarray(np.linalg.inv(self.hang)), window)
        table = self.projector.to_table(stage)
        return project(np.asarray(np.linalg.inv(self.square_to_table)), table)


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where a picture lands in a window of `width_px` by `height_px`.

    Args:
        square_to_projector: (3, 3) from the picture's unit square to window pixels.
            A mesh bends a little what it says.
        lit: (n, 2) outline of the table's area in window pixels, outside of which no light falls;
            None where the whole window is lit.
        bent: what a mesh adds to the map, or None.
    """

    width_px: int
    height_px: int
    square_to_projector: Matrix
    lit: Points | None
    bent: Bent | None = None

    def to_square(self, window: Points) -> Points:
        """Return (n, 2) of the picture's unit square that pixels of the window show."""
        if self.bent is None:
            return project(np.asarray(np.linalg.inv(self.square_to_projector)), window)
        return self.bent.to_square(window)

    @property
    def side_px(self) -> int:
        """Length of the longest side of the picture in the window."""
        corners = project(self.square_to_projector, rectangle(1, 1))
        sides = np.roll(corners, -1, axis=0) - corners
        return int(np.ceil(np.hypot(sides[:, 0], sides[:, 1]).max()))


def place(
    width_px: int, height_px: int, config: StageConfig, calibration: Calibration
) -> Placement:
    """Return where pictures land.

    A calibrated picture lies on the table where the ink lies; without calibration, or with one
    that does not fit the window, it is the largest square in the middle of it, and the window
    around it is lit like paper.
    """
    hang = mounting(width_px, height_px, config.mirror, config.rotate)
    width, height = stage_size(width_px, height_px, config.rotate)
    projector = calibration.projector
    misfit = projector_misfit(calibration, (width, height), config.mirror, config.rotate)
    if projector is None or misfit:
        side = min(width, height)
        middle = translation((width - side) / 2, (height - side) / 2)
        return Placement(width_px, height_px, hang @ middle @ scaling(side, side), None)
    view = projector_view(projector, calibration.table_mm)
    to_table = square_to_table(calibration)
    lit = project(hang, view.to_stage(_outline(calibration.table_mm)))
    square_to_window = hang @ view.table_to_stage @ to_table
    bent = None if view.mesh_px is None else Bent(view, hang, to_table)
    return Placement(width_px, height_px, square_to_window, lit, bent)


def _outline(table_mm: tuple[float, float]) -> Points:
    """Return (n, 2) mm around the table's area, clockwise, so many that a bent side stays bent."""
    corners = rectangle(*table_mm)
    shares = np.arange(_TO_A_SIDE)[:, None] / _TO_A_SIDE
    sides = [
        start + shares * (end - start)
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True)
    ]
    return np.concatenate(sides)
