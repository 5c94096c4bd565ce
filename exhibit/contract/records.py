"""Small records of numbers that cross between processes: the newest wins, nobody waits.

They use the same shared memory as pictures. What happens at a moment is counted in them, not sent,
so that a reader who misses records misses nothing that happened.
"""

from __future__ import annotations

import contextlib
import struct
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Generic, TypeVar

from exhibit.contract.slot import Content, Slot
from exhibit.contract.slot_reader import SlotReader
from exhibit.contract.slot_writer import SlotWriter


@dataclass(frozen=True, slots=True)
class Gesture:
    """What the visitor and the picture do, for whoever answers with something else than light.

    Args:
        speed: of the pen, 0 at rest, 1 fast (half a sheet's width a second).
        darkness: of the line that is drawn, 0 faint, 1 black.
        pan: where the pen is, −1 left, 1 right of the visitor.
        place_x, place_y, place_z: where the code lies along three axes of the latent space, in
            deviations of the codes seen so far.
        travel: how far the code went in the last second or so, in the same deviations.
        sheet: 1 while a sheet lies on the table.
        awake: 1 while somebody draws, 0 while the table is idle.
        fresh_sheets, first_lines, recalls, rests: how often a fresh sheet was laid down, its first
            line was drawn, another drawing was recalled, and the table fell idle, so far.
    """

    speed: float = 0.0
    darkness: float = 0.0
    pan: float = 0.0
    place_x: float = 0.0
    place_y: float = 0.0
    place_z: float = 0.0
    travel: float = 0.0
    sheet: float = 0.0
    awake: float = 0.0
    fresh_sheets: float = 0.0
    first_lines: float = 0.0
    recalls: float = 0.0
    rests: float = 0.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the table hears: `level` and `onset`, 0..1; nothing else of it is ever kept."""

    level: float = 0.0
    onset: float = 0.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Which real drawing is nearest to the answer.

    Args:
        drawing: row of the bundle's memory, counted from 1; 0 is none.
        drawings: how many the memory has, by which a reader knows that it has the same one.
    """

    drawing: float = 0.0
    drawings: float = 0.0


SILENCE = Heard()
Record = TypeVar("Record", Gesture, Heard, Origin)
_SLOTS = {Gesture: "gesture.slot", Heard: "heard.slot", Origin: "origin.slot"}


class RecordWriter(Generic[Record]):
    """Publishes records of one kind.

    Args:
        run_dir: folder shared with the other processes.
        kind: of the records.
        clock: monotonic seconds.
    """

    def __init__(
        self, run_dir: Path, kind: type[Record], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._slot = SlotWriter(run_dir / _SLOTS[kind], clock)

    @property
    def fault(self) -> str:
        """Why nothing is published, or empty."""
        return self._slot.fault

    def publish(self, sequence: int, captured_at: float, record: Record) -> None:
        """Replace the record; `sequence` and `captured_at` are of the frame it came from."""
        numbers = astuple(record)
        data = struct.pack(f"{len(numbers)}d", *numbers)
        self._slot.write(sequence, captured_at, (1, len(data)), data)


class RecordReader(Generic[Record]):
    """Reads records of one kind.

    Attributes:
        newest: the newest record, all zeros before the first.
        captured_at, published_at: monotonic seconds, of it.

    Args:
        run_dir: folder shared with the other processes.
        kind: of the records.
        attach_every_s: how often it is looked whether somebody has begun to write them.
    """

    def __init__(self, run_dir: Path, kind: type[Record], attach_every_s: float = 0.0) -> None:
        self._slot = SlotReader(run_dir / _SLOTS[kind], attach_every_s)
        self._kind: type[Record] = kind
        self._bytes = 8 * len(fields(kind))
        self.newest: Record = kind()
        self.captured_at = self.published_at = 0.0

    def has_news(self) -> bool:
        """Return whether there is a record that was not looked at yet."""
        return self._slot.has_news()

    def look(self) -> Record:
        """Take the newest record where there is one, and return it; never waits."""
        found = self._slot.read()
        # Another release's record is of another length.
        if found is not None and len(found.data) == self._bytes:
            self.newest = _record_in(found, self._kind)
            self.captured_at, self.published_at = found.captured_at, found.published_at
        return self.newest

    def look_within(self, age_s: float) -> Record:
        """Return the newest record, all zeros where it was published longer ago than `age_s`."""
        newest = self.look()
        return newest if time.monotonic() - self.published_at <= age_s else self._kind()


class RecordWatch(Generic[Record]):
    """Reads records of one kind in a thread that may not even open a file.

    Attributes:
        newest: the newest record, all zeros before the first.
        captured_at, published_at: monotonic seconds, of it.

    Args:
        run_dir: folder shared with the other processes.
        kind: of the records.
    """

    def __init__(self, run_dir: Path, kind: type[Record]) -> None:
        self._path, self._inode = run_dir / _SLOTS[kind], 0
        self._kind: type[Record] = kind
        self._bytes = 8 * len(fields(kind))
        self._slot: Slot | None = None
        self._watched: Slot | None = None
        self._version = 0
        self.newest: Record = kind()
        self.captured_at = self.published_at = 0.0

    def attach(self) -> None:
        """Open the slot where there is one, or another one; for another thread, now and then."""
        with contextlib.suppress(FileNotFoundError):
            inode = self._path.stat().st_ino
            if inode != self._inode:
                self._slot, self._inode = Slot.attach(self._path), inode

    def look(self) -> bool:
        """Take the newest record; returns whether it was not looked at yet."""
        slot = self._slot
        if slot is not self._watched:
            self._watched, self._version = slot, 0
        found = None if slot is None else slot.read(self._version)
        if found is None:
            return False
        self._version = found.version
        if len(found.data) != self._bytes:
            return False
        self.newest = _record_in(found, self._kind)
        self.captured_at, self.published_at = found.captured_at, found.published_at
        return True


def _record_in(found: Content, kind: type[Record]) -> Record:
    return kind(*memoryview(found.data).cast("d"))
