"""Reading a slot that may not be there yet, and that its writer may replace by a larger one."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TypeVar

from exhibit.contract.slot import Content, Published, Slot

_Found = TypeVar("_Found", Published | None, Content | None)


class SlotReader:
    """Gives every picture of a slot once, the newest first; never waits.

    Attributes:
        version: of the picture given last; 0 before the first, also of a slot that took the place
            of another one.

    Args:
        path: of the slot.
        attach_every_s: how often it is looked whether there is a slot, or another one.
    """

    def __init__(self, path: Path, attach_every_s: float = 0.0) -> None:
        self._path = path
        self._attach_every_s, self._attach_due = attach_every_s, 0.0
        self._slot: Slot | None = None
        self._inode = 0
        self.version = 0

    def has_news(self) -> bool:
        """Return whether there is a picture that was not given yet."""
        slot = self._attached()
        return slot is not None and slot.has_news(self.version)

    def take(self) -> Published | None:
        """Return the newest picture where it was not given yet, and mark it as taken."""
        slot = self._attached()
        return self._given(None if slot is None else slot.take(self.version))

    def peek(self) -> Published | None:
        """Return the newest picture where it was not given yet, leaving no mark."""
        slot = self._attached()
        return self._given(None if slot is None else slot.peek(self.version))

    def read(self) -> Content | None:
        """Return the bytes of the newest picture, as `peek`."""
        slot = self._attached()
        return self._given(None if slot is None else slot.read(self.version))

    def _given(self, found: _Found) -> _Found:
        if found is not None:
            self.version = found.version
        return found

    def _attached(self) -> Slot | None:
        now = time.monotonic()
        if now >= self._attach_due:
            self._attach_due = now + self._attach_every_s
            # Where it is gone, what was published last is still mapped.
            with contextlib.suppress(FileNotFoundError):
                inode = self._path.stat().st_ino
                if inode != self._inode:
                    self._slot, self._inode, self.version = Slot.attach(self._path), inode, 0
        return self._slot
