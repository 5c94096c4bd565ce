"""Where a picture lands in the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exhibit.contract.calibration import Calibration, projector_misfit
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


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where a picture lands in a window of `width_px` by `height_px`.

    Args:
        square_to_projector: (3, 3) from the picture's unit square to window pixels.
        lit: (4, 2) corners of the table's area in window pixels, outside of which no light falls;
            None where the whole window is lit.
    """

    width_px: int
    height_px: int
    square_to_projector: Matrix
    lit: Points | None

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
    table_to_window = hang @ np.array(projector.table_to_projector)
    lit = project(table_to_window, rectangle(*calibration.table_mm))
    return Placement(width_px, height_px, table_to_window @ calibration.square_to_table, lit)
