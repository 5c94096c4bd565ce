"""A limiter that looks one block ahead, so that no peak passes and none is cut."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats
from exhibit.sound.score import BLOCK

CEILING = 10.0 ** (-6.0 / 20.0)
"""−6 dB of full scale."""
_RELEASE_S = 0.25
_MARGIN = 1.0 - 1e-6  # what rounding in single precision may add
_SAFE = 0.99 * CEILING * CEILING


class Limiter:
    """Lowers the gain evenly over the block before a peak.

    The gain at each end of a block is low enough for both blocks that meet there. In between it is
    a straight line, so it is low enough at every frame.

    Attributes:
        coming: (2, BLOCK) float32, to be written before each call of `pass_on`.

    Args:
        rate: frames per second.
        ramp: `upwards()`.
    """

    def __init__(self, rate: float, ramp: Floats) -> None:
        self.coming, self._waiting = (np.zeros((2, BLOCK), np.float32) for _ in range(2))
        self._allowed = self._gain = 1.0
        self._release = 1.0 + BLOCK / rate / _RELEASE_S
        self._ramp, self._gains = ramp, np.zeros(BLOCK, np.float32)

    def pass_on(self) -> Floats:
        """Take what is coming in, and return the block before it, limited, (2, BLOCK)."""
        coming, block = self.coming, self._waiting
        allowed = _allowed(coming.reshape(-1))
        begin, released = self._gain, min(self._gain * self._release, 1.0)
        self._gain = min(released, self._allowed, allowed)
        self._allowed = allowed
        if not begin == self._gain == 1.0:
            np.multiply(self._ramp, self._gain - begin, out=self._gains)
            np.add(self._gains, begin, out=self._gains)
            for channel in block:
                np.multiply(channel, self._gains, out=channel)
        self.coming, self._waiting = block, coming
        return block


def _allowed(samples: Floats) -> float:
    """Return the gain with which no sample passes the ceiling, at most 1."""
    # No peak is above the root of the energy: most blocks need not be looked through for one.
    if float(np.dot(samples, samples)) <= _SAFE:
        return 1.0
    peak = max(float(np.maximum.reduce(samples)), -float(np.minimum.reduce(samples)))
    return min(1.0, _MARGIN * CEILING / peak)
