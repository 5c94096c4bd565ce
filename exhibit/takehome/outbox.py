"""Files on their way to one place: kept, and tried again, until they have arrived."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from exhibit.contract.errors import ExhibitError
from exhibit.contract.files import PRIVATE, write_whole
from exhibit.contract.plain_files import plain_bytes

MOST_WAITING = 20
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 60.0


class DeliveryError(ExhibitError):
    """A file has not arrived; the message names the place and says why."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file to deliver: its name and content, and when it was made in seconds of wall time."""

    name: str
    content: bytes
    made_at: float

    def write(self, folder: Path, mode: int) -> None:
        """Write it into a folder, dated to when it was made; raises OSError."""
        path = folder / self.name
        write_whole(path, self.content, mode)
        # The clock of a share in the network may be another one.
        os.utime(path, (self.made_at, self.made_at))


class Outbox:
    """What waits for one place, oldest first.

    It waits on the disk too, where there is room, so that it outlives the table's end.

    Attributes:
        fault: why the oldest has not arrived yet, or empty.
        disk_fault: why what waits is not on the disk, or empty.
        unread_fault: what of the table before cannot be read, or empty.
        arrived, lost: how many files arrived, and were given up as too old or one too many.

    Args:
        folder: of its own, for what waits.
        deliver: brings a file to its place, or raises DeliveryError.
        clock: monotonic seconds.
        wall: seconds of wall time.
    """

    def __init__(
        self,
        folder: Path,
        deliver: Callable[[Parcel], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._folder, self._deliver, self._clock, self._wall = folder, deliver, clock, wall
        self._due, self._pause_s = float("-inf"), _FIRST_PAUSE_S
        self.fault = self.disk_fault = self.unread_fault = ""
        self.arrived = self.lost = 0
        self._waiting = self._left_behind()

    @property
    def waiting(self) -> int:
        """How many files have not arrived yet."""
        return len(self._waiting)

    def put(self, parcel: Parcel) -> None:
        """Take a file; where too many wait the oldest is given up."""
        if len(self._waiting) >= MOST_WAITING:
            self._give_up(self._waiting[0])
        self._waiting.append(parcel)
        try:
            parcel.write(self._folder, PRIVATE)
            self.disk_fault = ""
        except OSError as error:
            self.disk_fault = f"{self._folder}: {error.strerror}; what waits is in memory alone"

    def expire(self, keep_s: float) -> None:
        """Give up what has waited for longer than `keep_s`."""
        for parcel in [p for p in self._waiting if self._wall() - p.made_at > keep_s]:
            self._give_up(parcel)
        if not self._waiting:
            self.fault = self.disk_fault = ""

    def date_anew(self, jump_s: float) -> None:
        """Date what waits by a clock that has jumped, so that it waits no longer and no shorter."""
        self._waiting = [
            replace(parcel, made_at=parcel.made_at + jump_s) for parcel in self._waiting
        ]
        for parcel in self._waiting:
            with contextlib.suppress(OSError):
                os.utime(self._folder / parcel.name, (parcel.made_at, parcel.made_at))

    def deliver_due(self) -> None:
        """Deliver the oldest file where there is one and it is due."""
        if not self._waiting or self._clock() < self._due:
            return
        parcel = self._waiting[0]
        try:
            self._deliver(parcel)
        except DeliveryError as error:
            self.fault = str(error)
            self._due = self._clock() + self._pause_s
            self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
            return
        self._remove(parcel)
        self.arrived += 1
        self.fault, self._due, self._pause_s = "", float("-inf"), _FIRST_PAUSE_S

    def _give_up(self, parcel: Parcel) -> None:
        self._remove(parcel)
        self.lost += 1

    def _remove(self, parcel: Parcel) -> None:
        self._waiting.remove(parcel)
        with contextlib.suppress(OSError):
            (self._folder / parcel.name).unlink(missing_ok=True)

    def _left_behind(self) -> list[Parcel]:
        """Return what waited when the table ended."""
        found = []
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            if path.name.startswith("."):
                continue
            try:
                found.append(Parcel(path.name, plain_bytes(path), path.stat().st_mtime))
            except OSError as error:
                self.unread_fault = f"{path}: {error.strerror}; it is not delivered"
        return sorted(found, key=lambda parcel: parcel.made_at)
