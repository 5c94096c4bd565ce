"""How the camera sees the table, and how the projector lights it: both ways, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exhibit.contract.geometry import Matrix, Points, project
from exhibit.contract.lens import Lens, mesh_weights

_TURNS = 20


@dataclass(frozen=True, slots=True, eq=False)
class CameraView:
    """How a camera sees the table.

    Args:
        size_px: width and height of its frames.
        camera_to_table: (3, 3) from straight pixels, turned to the visitor's side, to mm.
        lens: what bends them; None where it bends nothing worth knowing.
    """

    size_px: tuple[int, int]
    camera_to_table: Matrix
    lens: Lens | None = None

    def to_table(self, seen: Points) -> Points:
        """Return (n, 2) mm of what appears at pixels of a frame turned to the visitor's side."""
        straight = seen if self.lens is None else self.lens.straighten(seen)
        return project(self.camera_to_table, straight)

    def to_frame(self, table: Points) -> Points:
        """Return (n, 2) pixels of the turned frame where points on the table (mm) appear."""
        straight = project(np.asarray(np.linalg.inv(self.camera_to_table)), table)
        return straight if self.lens is None else self.lens.bend(straight)


@dataclass(frozen=True, slots=True, eq=False)
class ProjectorView:
    """How a projector lights the table.

    Args:
        size_px: width and height of the upright stage.
        table_to_stage: (3, 3) from mm to pixels of the upright stage.
        table_mm: width and height of the table's area.
        mesh_px: (9, 2) pixels that are added at the nodes of `mesh_points`, or None.
    """

    size_px: tuple[int, int]
    table_to_stage: Matrix
    table_mm: tuple[float, float]
    mesh_px: Points | None = None

    def to_stage(self, table: Points) -> Points:
        """Return (n, 2) pixels of the upright stage that light points on the table (mm)."""
        plane = project(self.table_to_stage, table)
        if self.mesh_px is None:
            return plane
        return np.asarray(plane + mesh_weights(table, self.table_mm) @ self.mesh_px)

    def to_table(self, stage: Points) -> Points:
        """Return (n, 2) mm that pixels of the upright stage light: the inverse of `to_stage`."""
        stage_to_table = np.asarray(np.linalg.inv(self.table_to_stage))
        table = project(stage_to_table, stage)
        if self.mesh_px is None:
            return table
        for _ in range(_TURNS):
            moved = mesh_weights(table, self.table_mm) @ self.mesh_px
            table = project(stage_to_table, stage - moved)
        return table
