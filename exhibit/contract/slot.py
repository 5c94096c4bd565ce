"""One slot of shared memory: the newest array wins, overwritten ones are counted.

A slot is a file of the run folder (on a memory file system where there is one) mapped by writer
and readers. It needs no lock and no server: a process may be killed at any instruction and the
others go on. There are two buffers: the writer fills the one that is not shown and then raises the
version, so a reader never waits, and a writer killed in mid-write leaves the newest picture whole.
A reader during whose copy the writer came round to the same buffer copies again. Barriers keep
pixels and version in this order on processors that would reorder them.

What only waits for pictures or reads numbers of a slot needs no NumPy: it is loaded with the first
picture that is read.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exhibit.contract.barrier import barrier

if TYPE_CHECKING:
    from exhibit.contract.values import Gray

_HEADER = struct.Struct("qddiii")  # sequence, captured_at, published_at, height, width, channels
_VERSION, _TAKEN = 0, 1  # places among the counters, the first two words of the file
_LOOKED_AT = slice(16, 24)
_HEADERS_AT, _PIXELS_AT = (64, 128), 192
_READ_ATTEMPTS = 8
_CLEARED_AT_ONCE = 64 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """What a reader gets: pixels (H, W) or (H, W, C) uint8, and the times of its frame."""

    version: int
    sequence: int
    captured_at: float
    published_at: float
    pixels: Gray


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """The same as bytes: `shape` is (H, W) or (H, W, C), and `data` as many bytes, row by row."""

    version: int
    sequence: int
    captured_at: float
    published_at: float
    shape: tuple[int, ...]
    data: bytearray


class Slot:
    """A shared uint8 picture of at most `capacity` bytes."""

    def __init__(self, path: Path, memory: mmap.mmap) -> None:
        self.path = path
        self.capacity = (len(memory) - _PIXELS_AT) // 2
        self.overwritten = 0
        self._memory = memory
        # A view stores a counter at once; `struct.pack_into` would clear its bytes first.
        self._counters = memoryview(memory)[:16].cast("Q")
        self._looked = memoryview(memory)[_LOOKED_AT].cast("d")
        self._buffers = [
            memoryview(memory)[start : start + self.capacity]
            for start in (_PIXELS_AT, _PIXELS_AT + self.capacity)
        ]

    @classmethod
    def create(cls, path: Path, capacity: int) -> Slot:
        """Make an empty slot for pictures of at most `capacity` bytes.

        It replaces a slot of that name whole: shortening a file that another process has mapped
        would end that process. Readers of the one before see a new inode and attach again.

        Raises:
            OSError: there is no room for it.
        """
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            with draft.open("wb") as file:
                # Room is taken now: a full memory file system would end who writes later.
                os.posix_fallocate(file.fileno(), 0, _PIXELS_AT + 2 * capacity)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        return cls.attach(path)

    @classmethod
    def resume(cls, path: Path, capacity: int) -> Slot:
        """Go on with the slot of a writer that ended, or make one where none is large enough."""
        if path.exists() and path.stat().st_size >= _PIXELS_AT + 2 * capacity:
            return cls.attach(path)
        return cls.create(path, capacity)

    @classmethod
    def attach(cls, path: Path) -> Slot:
        """Map an existing slot; raises FileNotFoundError where there is none."""
        with path.open("r+b") as file:
            return cls(path, mmap.mmap(file.fileno(), 0))

    @property
    def version(self) -> int:
        """How many pictures were published so far."""
        return self._counters[_VERSION]

    @property
    def looked_at(self) -> float:
        """Monotonic seconds at which a reader last asked for a picture; 0.0 before the first."""
        return self._looked[0]

    def publish(self, sequence: int, captured_at: float, pixels: Gray) -> None:
        """Replace the picture; counts the one before if no main reader took it.

        Raises:
            ValueError: the picture is larger than the slot.
        """
        whole = pixels if pixels.flags.c_contiguous else pixels.copy()
        self.write(sequence, captured_at, pixels.shape, whole.data.cast("B"))

    def write(
        self, sequence: int, captured_at: float, shape: tuple[int, ...], data: memoryview | bytes
    ) -> None:
        """Replace the picture by bytes of `shape`, (H, W) or (H, W, C), as `publish`."""
        if len(data) > self.capacity:
            raise ValueError(
                f"picture of {len(data)} bytes does not fit the slot {self.path.name} of "
                f"{self.capacity} bytes"
            )
        version = self.version
        if version and self._counters[_TAKEN] < version:
            self.overwritten += 1
        height, width = shape[:2]
        channels = shape[2] if len(shape) == 3 else 1
        buffer = (version + 1) % 2
        barrier()  # the last version is seen before this buffer is filled again
        _HEADER.pack_into(
            self._memory,
            _HEADERS_AT[buffer],
            sequence,
            captured_at,
            time.monotonic(),
            height,
            width,
            channels,
        )
        self._buffers[buffer][: len(data)] = data
        barrier()  # the pixels are seen before their version
        self._counters[_VERSION] = version + 1

    def has_news(self, after: int) -> bool:
        """Return whether the newest picture's version is above `after`."""
        self._looked[0] = time.monotonic()
        return self.version > after

    def forget(self) -> None:
        """Clear the picture before the newest one, which is kept so that readers need not wait."""
        # Whoever still copies it finds a newer version afterwards, and copies again.
        before, nothing = self._buffers[(self.version + 1) % 2], bytes(_CLEARED_AT_ONCE)
        for start in range(0, self.capacity, _CLEARED_AT_ONCE):
            part = before[start : start + _CLEARED_AT_ONCE]
            part[:] = nothing[: len(part)]

    def take(self, after: int = 0) -> Published | None:
        """Return the newest picture if its version is above `after`, and mark it as taken."""
        newest = self.peek(after)
        if newest is not None:
            self._counters[_TAKEN] = newest.version
        return newest

    def peek(self, after: int = 0) -> Published | None:
        """Return the newest picture if its version is above `after`, not marked as taken."""
        found = self.read(after)
        if found is None:
            return None
        # Loaded with the first picture.
        import numpy as np

        pixels = np.frombuffer(found.data, np.uint8).reshape(found.shape)
        return Published(
            found.version, found.sequence, found.captured_at, found.published_at, pixels
        )

    def read(self, after: int = 0) -> Content | None:
        """Return the bytes of the newest picture if its version is above `after`, as `peek`."""
        self._looked[0] = time.monotonic()
        for _ in range(_READ_ATTEMPTS):
            version = self.version
            if version <= after:
                return None
            barrier()
            found = self._copy(version)
            barrier()
            # One version on, the writer may have begun to fill this buffer again.
            if found is not None and self.version == version:
                return found
        return None

    def _copy(self, version: int) -> Content | None:
        buffer = version % 2
        sequence, captured_at, published_at, height, width, channels = _HEADER.unpack_from(
            self._memory, _HEADERS_AT[buffer]
        )
        size = height * width * channels
        if min(height, width, channels) < 1 or size > self.capacity:
            return None
        shape = (height, width) if channels == 1 else (height, width, channels)
        data = bytearray(self._buffers[buffer][:size])
        return Content(version, sequence, captured_at, published_at, shape, data)

    def close(self) -> None:
        """Unmap; the file stays until the run folder is removed."""
        for buffer in self._buffers:
            buffer.release()
        self._counters.release()
        self._looked.release()
        self._memory.close()
