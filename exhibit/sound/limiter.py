"""A limiter that looks one block ahead, so that no peak passes and none is cut."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats
from exhibit.sound.score import BLOCK

CEILING = 10.0 ** (-6.0 / 20.0)
"""−6 dB of full scale."""
_RELEASE_S = 0.25
_MARGIN = 1.0 - 1e-6  # what rounding in single precision may add


class Limiter:
    """Lowers the gain evenly over the block before a peak.

    The gain at each end of a block is low enough for both blocks that meet there. In between it is
    a straight line, so it is low enough at every frame.

    Args:
        rate: frames per second.
        ramp: `upwards()`.
    """

    def __init__(self, rate: float, ramp: Floats) -> None:
        self._waiting, self._next = (np.zeros((2, BLOCK), np.float32) for _ in range(2))
        self._allowed = self._gain = 1.0
        self._release = 1.0 + BLOCK / rate / _RELEASE_S
        self._ramp, self._gains = ramp, np.zeros(BLOCK, np.float32)

    def pass_on(self, bus: Floats) -> None:
        """Replace `bus` (2, BLOCK) by the block before it, limited."""
        peak = max(float(bus.max()), -float(bus.min()))
        allowed = min(1.0, _MARGIN * CEILING / peak) if peak > 0 else 1.0
        begin, released = self._gain, min(self._gain * self._release, 1.0)
        self._gain = min(released, self._allowed, allowed)
        self._allowed = allowed
        np.copyto(self._next, bus)
        if begin == self._gain == 1.0:
            np.copyto(bus, self._waiting)
        else:
            np.multiply(self._ramp, self._gain - begin, out=self._gains)
            np.add(self._gains, begin, out=self._gains)
            for waiting, channel in zip(self._waiting, bus, strict=True):
                np.multiply(waiting, self._gains, out=channel)
        self._waiting, self._next = self._next, self._waiting
