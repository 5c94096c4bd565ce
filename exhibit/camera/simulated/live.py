"""The simulated table as a camera in real time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from exhibit.camera.simulated.table import SimulatedTable
from exhibit.contract.errors import CameraError
from exhibit.contract.values import Frame


class SimulatedCamera:
    """Gives the frames of a table at its frame rate; after a stall it goes on from now.

    Args:
        table: what happens.
        clock: monotonic seconds.
        wait: sleeps for some seconds.
    """

    def __init__(
        self,
        table: SimulatedTable,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._clock = clock
        self._wait = wait
        self._began_at: float | None = None
        self._tick = -1
        self._closed = False
        self.name = f"simulated table, {table.conditions.name}, seed {table.seed}"
        self.simulated = True

    def read(self) -> Frame:
        """Wait for the next frame and return it; raises CameraError after `close`."""
        if self._closed:
            raise CameraError("the simulated table is closed")
        if self._began_at is None:
            self._began_at = self._clock()
        running_s = self._clock() - self._began_at
        due = self._tick + 1
        early_s = due / self._table.fps - running_s
        if early_s > 0:
            self._wait(early_s)
        else:
            due = int(running_s * self._table.fps)
        self._tick = due
        frame = self._table.frame_at(due / self._table.fps)
        return replace(frame, captured_at=self._began_at + due / self._table.fps)

    def close(self) -> None:
        """Stop giving frames."""
        self._closed = True
