"""Blocks of sound from scores: grain, bed and cues, limited, at a volume that never jumps."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats
from exhibit.sound.bed import Bed
from exhibit.sound.cues import Cues
from exhibit.sound.gliding import Glide, upwards
from exhibit.sound.grain import Grain
from exhibit.sound.limiter import Limiter
from exhibit.sound.score import BLOCK, Score


class Synthesiser:
    """Makes one block after the other; all memory is taken when it is made.

    Args:
        rate: frames per second.
        seed: of the noise; the same scores then give the same bits.
    """

    def __init__(self, rate: float, seed: int = 1) -> None:
        random, ramp = np.random.default_rng(seed), upwards()
        self._grain, self._bed = Grain(rate, random, ramp), Bed(rate, random, ramp)
        self._cues, self._limiter = Cues(rate, ramp), Limiter(rate)
        self._volume = Glide(BLOCK / rate, 0.06, 0.04)
        self._ramp, self._gains = ramp, np.zeros(BLOCK, np.float32)

    @property
    def silent(self) -> bool:
        """Whether the last block ended in silence, so that the sound may end there."""
        return self._volume.end == 0.0

    def fill(self, score: Score, out: Floats) -> None:
        """Write one block into `out` (BLOCK, 1) or (BLOCK, 2), within ±`CEILING`."""
        coming = self._limiter.coming
        most = self._grain.write(score, coming)
        most += self._bed.add(score, coming)
        most += self._cues.add(score, coming)
        block = self._limiter.pass_on(most)
        gains: Floats | float = self._volume.step(score.levels.volume)
        if not self._volume.rests:
            self._volume.fill(self._ramp, self._gains)
            gains = self._gains
        if out.shape[1] == 1:
            left, right = block
            np.add(left, right, out=left)
            np.multiply(left, 0.5, out=left)
            np.multiply(left, gains, out=out[:, 0])
        else:
            np.multiply(block, gains, out=out.T)
