"""Publishing into a slot that is made when it is needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from exhibit.contract.slot import Slot

if TYPE_CHECKING:
    from exhibit.contract.values import Gray

_TRY_AGAIN_S = 1.0


class SlotWriter:
    """Pictures of any size, one after the other; a larger one than before gets a larger slot.

    Without room in memory nothing is published, and what works goes on.

    Attributes:
        fault: why nothing is published, or empty.
        overwritten: how many pictures no main reader took.

    Args:
        path: the slot's file.
        clock: monotonic seconds.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = path, clock
        self._slot: Slot | None = None
        self._overwritten_before = 0
        self._try_at = float("-inf")
        self.fault = ""

    @property
    def overwritten(self) -> int:
        """How many pictures were replaced before a main reader took them."""
        return self._overwritten_before + (self._slot.overwritten if self._slot else 0)

    @property
    def looked_at(self) -> float:
        """Monotonic seconds at which a reader last asked for a picture; 0.0 before the first."""
        return self._slot.looked_at if self._slot else 0.0

    def publish(self, sequence: int, captured_at: float, pixels: Gray) -> bool:
        """Replace the picture, (H, W) or (H, W, C) uint8; returns whether there was room."""
        slot = self._with_room_for(pixels.nbytes)
        if slot is None:
            return False
        slot.publish(sequence, captured_at, pixels)
        return True

    def write(
        self, sequence: int, captured_at: float, shape: tuple[int, ...], data: memoryview | bytes
    ) -> bool:
        """Replace the picture by bytes of `shape`, as `publish`."""
        slot = self._with_room_for(len(data))
        if slot is None:
            return False
        slot.write(sequence, captured_at, shape, data)
        return True

    def forget(self) -> None:
        """Clear what was published before the newest picture."""
        if self._slot is not None:
            self._slot.forget()

    def _with_room_for(self, size: int) -> Slot | None:
        slot = self._slot
        return self._make(size) if slot is None or size > slot.capacity else slot

    def _make(self, capacity: int) -> Slot | None:
        now = self._clock()
        if now < self._try_at:
            return None
        try:
            slot = Slot.resume(self._path, capacity)
        except OSError as error:
            self._try_at = now + _TRY_AGAIN_S
            self.fault = f"{self._path.name}: {error.strerror}; {capacity} bytes are needed"
            return None
        if self._slot is not None:
            self._overwritten_before += self._slot.overwritten
            self._slot.close()
        self._slot, self.fault = slot, ""
        return slot
