"""A limiter that looks a moment ahead, so that no peak passes and none is cut."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats
from exhibit.sound.gliding import upwards
from exhibit.sound.score import BLOCK, LOOK_AHEAD

CEILING = 10.0 ** (-6.0 / 20.0)
"""−6 dB of full scale."""
_RELEASE_S = 0.25
_BLOCKS = 8
_MARGIN = 1.0 - 1e-6  # what rounding in single precision may add


class Limiter:
    """Lowers the gain evenly over the `LOOK_AHEAD` frames before a peak.

    Sound passes in stretches of so many frames. The gain at each end of a stretch is low enough for
    both that meet there. In between it is a straight line, so it is low enough at every frame.

    Args:
        rate: frames per second.
    """

    def __init__(self, rate: float) -> None:
        # Blocks are written one behind the other, so that what waits need not be moved each time.
        self._line = np.zeros((2, LOOK_AHEAD + _BLOCKS * BLOCK), np.float32)
        starts = range(0, _BLOCKS * BLOCK, BLOCK)
        self._passing = [self._line[:, at : at + BLOCK] for at in starts]
        self._coming = [self._line[:, LOOK_AHEAD:][:, at : at + BLOCK] for at in starts]
        self._block = 0
        self._allowed = self._gain = 1.0
        self._release = 1.0 + LOOK_AHEAD / rate / _RELEASE_S
        self._ramp, self._gains = upwards(LOOK_AHEAD), np.zeros(LOOK_AHEAD, np.float32)

    @property
    def coming(self) -> Floats:
        """(2, BLOCK) float32, to be written before each call of `pass_on`."""
        return self._coming[self._block]

    def pass_on(self, most: float) -> Floats:
        """Take what is coming in, and return what came `LOOK_AHEAD` earlier, limited, (2, BLOCK).

        Args:
            most: no sample that is coming is larger.
        """
        block, self._block = self._block, (self._block + 1) % _BLOCKS
        passing, coming = self._passing[block], self._coming[block]
        if most > _MARGIN * CEILING or self._gain < 1.0 or self._allowed < 1.0:
            for at in range(0, BLOCK, LOOK_AHEAD):
                here = slice(at, at + LOOK_AHEAD)
                self._limit(passing[:, here], coming[:, here])
        if self._block == 0:
            for channel in self._line:
                np.copyto(channel[:LOOK_AHEAD], channel[-LOOK_AHEAD:])
        return passing

    def _limit(self, stretch: Floats, following: Floats) -> None:
        """Lower a stretch (2, LOOK_AHEAD), on whose end another one follows."""
        allowed = _allowed(following)
        begin, released = self._gain, min(self._gain * self._release, 1.0)
        self._gain = min(released, self._allowed, allowed)
        self._allowed = allowed
        if not begin == self._gain == 1.0:
            np.multiply(self._ramp, self._gain - begin, out=self._gains)
            np.add(self._gains, begin, out=self._gains)
            np.multiply(stretch, self._gains, out=stretch)


def _allowed(samples: Floats) -> float:
    """Return the gain with which no sample passes the ceiling, at most 1."""
    peak = max(float(samples.max()), -float(samples.min()))
    return min(1.0, _MARGIN * CEILING / max(peak, CEILING))
