"""Values that never jump: each block goes on from where the one before ended."""

from __future__ import annotations

import math

import numpy as np

from exhibit.contract.values import Floats
from exhibit.sound.score import BLOCK

_ARRIVED = 1e-5


def upwards(frames: int = BLOCK) -> Floats:
    """Return (frames,) from 1/frames to 1: how far a block has got at each of its frames."""
    return (np.arange(1, frames + 1) / frames).astype(np.float32)


def share_of(block_s: float, time_s: float) -> float:
    """Return how much of the way one block goes, for an approach with a time constant."""
    return 1.0 - math.exp(-block_s / time_s)


class Glide:
    """A value that approaches its target exponentially, evenly within each block.

    Attributes:
        start, end: of the block under way.

    Args:
        block_s: length of a block in seconds.
        rise_s, fall_s: time constants.
        value: to begin with.
    """

    __slots__ = ("_fall", "_rise", "end", "start")

    def __init__(self, block_s: float, rise_s: float, fall_s: float, value: float = 0.0) -> None:
        self.start = self.end = value
        self._rise, self._fall = share_of(block_s, rise_s), share_of(block_s, fall_s)

    @property
    def rests(self) -> bool:
        """Whether the value is the same all through the block."""
        return self.start == self.end

    def step(self, target: float) -> float:
        """Begin the next block; returns where it ends."""
        self.start = self.end
        left = target - self.start
        self.end = self.start + left * (self._rise if left > 0 else self._fall)
        if abs(target - self.end) < _ARRIVED:
            self.end = target
        return self.end

    def fill(self, ramp: Floats, out: Floats) -> None:
        """Write the block's values into `out` (BLOCK,); `ramp` is `upwards()`."""
        np.multiply(ramp, self.end - self.start, out=out)
        np.add(out, self.start, out=out)
