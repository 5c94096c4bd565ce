"""One slot of shared memory: the newest array wins, overwritten ones are counted.

A slot is a file of the run folder (on a memory file system where there is one) mapped by writer
and readers. It needs no lock and no server: a process may be killed at any instruction and the
others go on. The writer makes a counter odd, writes, and makes it even again (a seqlock); a reader
that saw the counter change reads again.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_COUNTER = struct.Struct("<Q")
_HEADER = struct.Struct("<qddiii")  # sequence, captured_at, published_at, height, width, channels
_TAKEN = struct.Struct("<Q")
_COUNTER_AT, _HEADER_AT = 0, 8
_TAKEN_AT = _HEADER_AT + _HEADER.size
_PIXELS_AT = 64
_READ_ATTEMPTS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """What a reader gets: pixels (H, W) or (H, W, C) uint8, and the times of its frame."""

    version: int
    sequence: int
    captured_at: float
    published_at: float
    pixels: NDArray[np.uint8]


class Slot:
    """A shared uint8 picture of at most `capacity` bytes."""

    def __init__(self, path: Path, memory: mmap.mmap) -> None:
        self.path = path
        self._memory = memory
        self.overwritten = 0

    @classmethod
    def create(cls, path: Path, capacity: int) -> Slot:
        """Make an empty slot for pictures of at most `capacity` bytes.

        It replaces a slot of that name whole: shortening a file that another process has mapped
        would end that process. Readers of the one before see a new inode and attach again.
        """
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        with draft.open("wb") as file:
            file.truncate(_PIXELS_AT + capacity)
        draft.replace(path)
        return cls.attach(path)

    @classmethod
    def resume(cls, path: Path, capacity: int) -> Slot:
        """Go on with the slot of a writer that ended, or make one where none is large enough."""
        if path.exists() and path.stat().st_size >= _PIXELS_AT + capacity:
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
        return int(_COUNTER.unpack_from(self._memory, _COUNTER_AT)[0]) // 2

    def publish(self, sequence: int, captured_at: float, pixels: NDArray[np.uint8]) -> None:
        """Replace the picture; counts the one before if no main reader took it.

        Raises:
            ValueError: the picture is larger than the slot.
        """
        size = pixels.nbytes
        if _PIXELS_AT + size > len(self._memory):
            raise ValueError(
                f"picture of {size} bytes does not fit the slot {self.path.name} of "
                f"{len(self._memory) - _PIXELS_AT} bytes"
            )
        version = self.version
        if version and _TAKEN.unpack_from(self._memory, _TAKEN_AT)[0] < version:
            self.overwritten += 1
        height, width = pixels.shape[:2]
        channels = pixels.shape[2] if pixels.ndim == 3 else 1
        _COUNTER.pack_into(self._memory, _COUNTER_AT, 2 * version + 1)
        _HEADER.pack_into(
            self._memory,
            _HEADER_AT,
            sequence,
            captured_at,
            time.monotonic(),
            height,
            width,
            channels,
        )
        self._memory[_PIXELS_AT : _PIXELS_AT + size] = np.ascontiguousarray(pixels).tobytes()
        _COUNTER.pack_into(self._memory, _COUNTER_AT, 2 * version + 2)

    def take(self, after: int = 0) -> Published | None:
        """Return the newest picture if its version is above `after`, and mark it as taken."""
        newest = self.peek(after)
        if newest is not None:
            _TAKEN.pack_into(self._memory, _TAKEN_AT, newest.version)
        return newest

    def peek(self, after: int = 0) -> Published | None:
        """Return the newest picture if its version is above `after`, leaving no mark."""
        for _ in range(_READ_ATTEMPTS):
            counter = int(_COUNTER.unpack_from(self._memory, _COUNTER_AT)[0])
            if counter // 2 <= after:
                return None
            if counter % 2 == 0:
                found = self._copy(counter)
                if int(_COUNTER.unpack_from(self._memory, _COUNTER_AT)[0]) == counter:
                    return found
            time.sleep(0.0002)
        return None

    def _copy(self, counter: int) -> Published:
        sequence, captured_at, published_at, height, width, channels = _HEADER.unpack_from(
            self._memory, _HEADER_AT
        )
        size = min(max(height * width * channels, 0), len(self._memory) - _PIXELS_AT)
        flat = np.frombuffer(self._memory[_PIXELS_AT : _PIXELS_AT + size], dtype=np.uint8)
        shape = (height, width) if channels == 1 else (height, width, channels)
        torn = size != height * width * channels
        pixels = np.zeros((1, 1), np.uint8) if torn else flat.reshape(shape)
        return Published(counter // 2, sequence, captured_at, published_at, pixels)

    def close(self) -> None:
        """Unmap; the file stays until the run folder is removed."""
        self._memory.close()
