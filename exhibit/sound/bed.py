"""A soft bed of sines: which of its tones sound follows where the code lies in the latent space.

Eight tones of one scale stand in a circle. The code's first two axes point somewhere on it, and the
tones near there sound: a chord that changes by ones, as codes do. The third axis and the code's
travel give the colour, the octave above each tone. Left and right beat slowly against each other.
"""

from __future__ import annotations

import math

import numpy as np

from exhibit.contract.values import Floats
from exhibit.sound.gliding import Glide, share_of
from exhibit.sound.score import BLOCK, Score

_TONES_HZ = (110.0, 164.81, 220.0, 293.66, 146.83, 246.94, 329.63, 184.99)
"""A, E, A, D, D, B, E, F sharp: neighbours on the circle are fifths, fourths and seconds."""
_BEAT_HZ = 0.16
_LEVEL = 0.13
_SHARP = 1.6
"""How few tones sound at once."""
_WANDER_S = 1.8
_QUIET_AT_REST = 0.3


class Bed:
    """The bed in two channels.

    Args:
        rate: frames per second.
        random: gives each tone its phase.
        ramp: `upwards()`.
    """

    def __init__(self, rate: float, random: np.random.Generator, ramp: Floats) -> None:
        block_s, tones = BLOCK / rate, len(_TONES_HZ)
        frequencies = np.array(_TONES_HZ)
        # Rows: tones left, octaves left, tones right, octaves right.
        side = np.concatenate((frequencies, 2.0 * frequencies))
        hertz = np.concatenate((side - _BEAT_HZ / 2, side + _BEAT_HZ / 2))
        turns = 2.0 * math.pi * hertz / rate
        frames = turns[:, None] * np.arange(BLOCK)
        self._sines, self._cosines = (
            wave.astype(np.float32) for wave in (np.sin(frames), np.cos(frames))
        )
        self._turn = BLOCK * turns[:, None]
        self._phase = random.uniform(0.0, 2.0 * math.pi, (turns.size, 1))
        self._trig = np.zeros((turns.size, 1))
        # NumPy allocates where it broadcasts and computes at once; `spread` is filled before.
        self._waves, self._work, self._spread = (
            np.zeros((turns.size, BLOCK), np.float32) for _ in range(3)
        )
        self._ramps = np.tile(ramp, (turns.size, 1))
        self._amplitude, self._change, self._wanted = (
            np.zeros((turns.size, 1), np.float32) for _ in range(3)
        )
        self._angles = 2.0 * math.pi * np.arange(tones) / tones
        # Low tones are loud by themselves on large loudspeakers, and not heard on small ones.
        self._balance = np.sqrt(160.0 / np.maximum(frequencies, 160.0))
        self._weights, self._octaves = np.zeros(tones), np.zeros(tones)
        self._place = [Glide(block_s, _WANDER_S, _WANDER_S) for _ in range(3)]
        self._travel = Glide(block_s, 0.4, 2.5)
        self._awake = Glide(block_s, 1.5, 4.0)
        self._level = Glide(block_s, 0.3, 0.3)
        self._share = np.float32(share_of(block_s, 0.25))
        self._sum = np.zeros(BLOCK, np.float32)

    def add(self, score: Score, bus: Floats) -> None:
        """Add one block to `bus` (2, BLOCK)."""
        self._choose(score)
        self._oscillate()
        np.subtract(self._wanted, self._amplitude, out=self._change)
        np.multiply(self._change, self._share, out=self._change)
        np.copyto(self._spread, self._change)
        np.multiply(self._spread, self._ramps, out=self._work)
        np.copyto(self._spread, self._amplitude)
        np.add(self._work, self._spread, out=self._work)
        np.add(self._amplitude, self._change, out=self._amplitude)
        np.multiply(self._waves, self._work, out=self._waves)
        half = self._waves.shape[0] // 2
        for channel, rows in enumerate((self._waves[:half], self._waves[half:])):
            np.add.reduce(rows, axis=0, out=self._sum)
            np.add(bus[channel], self._sum, out=bus[channel])

    def _choose(self, score: Score) -> None:
        """Say how loud each row is to be."""
        x, y, z = (glide.step(at) for glide, at in zip(self._place, score.place, strict=True))
        travel, awake = self._travel.step(score.travel), self._awake.step(score.awake)
        level = self._level.step(score.levels.bed)
        loud = _LEVEL * level * (_QUIET_AT_REST + (1 - _QUIET_AT_REST) * awake)
        loud *= 0.7 + 0.3 * min(travel, 1.0)
        # In the middle of the latent space all tones are alike; further out fewer of them sound.
        pointing = _SHARP * min(math.hypot(x, y), 2.0)
        np.subtract(self._angles, math.atan2(y, x), out=self._weights)
        np.cos(self._weights, out=self._weights)
        np.multiply(self._weights, pointing, out=self._weights)
        np.exp(self._weights, out=self._weights)
        np.multiply(self._weights, self._balance, out=self._weights)
        np.multiply(self._weights, loud / float(self._weights.sum()), out=self._weights)
        colour = 0.08 + 0.3 * min(travel, 1.0) + 0.25 / (1.0 + math.exp(-2.0 * z))
        np.multiply(self._weights, colour, out=self._octaves)
        tones = self._weights.size
        for side in (0, 2 * tones):
            np.copyto(self._wanted[side : side + tones, 0], self._weights, casting="same_kind")
            octave = self._wanted[side + tones : side + 2 * tones, 0]
            np.copyto(octave, self._octaves, casting="same_kind")

    def _oscillate(self) -> None:
        """Write the waves: sin(phase + n·turn) from two products, and turn the phases on."""
        np.cos(self._phase, out=self._trig)
        np.copyto(self._spread, self._trig, casting="same_kind")
        np.multiply(self._sines, self._spread, out=self._waves)
        np.sin(self._phase, out=self._trig)
        np.copyto(self._spread, self._trig, casting="same_kind")
        np.multiply(self._cosines, self._spread, out=self._work)
        np.add(self._waves, self._work, out=self._waves)
        np.add(self._phase, self._turn, out=self._phase)
        np.mod(self._phase, 2.0 * math.pi, out=self._phase)
