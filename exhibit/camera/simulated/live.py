"""The simulated table as a camera in real time."""

from __future__ import annotations

from dataclasses import replace

from exhibit.camera.simulated.table import SimulatedTable
from exhibit.contract.errors import CameraError
from exhibit.contract.pacing import Pacer
from exhibit.contract.values import Frame


class SimulatedCamera:
    """Gives the frames of a table at its frame rate.

    Args:
        table: what happens on it; its time begins with the first frame read.
        pacer: ticks at the table's frame rate.
    """

    simulated = True

    def __init__(self, table: SimulatedTable, pacer: Pacer) -> None:
        self.name = f"simulated table ({table.conditions.name}, seed {table.seed})"
        self.table = table
        self._pacer = pacer
        self._began_at: float | None = None
        self._closed = False

    def read(self) -> Frame:
        """Wait for the next frame and return it; raises CameraError after `close`."""
        if self._closed:
            raise CameraError("the simulated table is closed")
        due = self._pacer.next()
        if self._began_at is None:
            self._began_at = due
        return replace(self.table.frame_at(due - self._began_at), captured_at=due)

    def close(self) -> None:
        """Stop giving frames."""
        self._closed = True
