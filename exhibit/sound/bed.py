"""A soft bed of sines: which of its tones sound follows where the code lies in the latent space.

Eight tones of one scale stand in a circle. The code's first two axes point somewhere on it, and the
tones near there sound: a chord that changes by ones, as codes do. The third axis and the code's
travel give the colour, the octave above each tone, which beats slowly against it.

Nothing of it is in a hurry, so it is made sixteen blocks at a time. A sine of any phase whose
loudness moves evenly is a sum of four waves (sine and cosine, each steady and rising), so that each
block is one product of a small matrix with waves made beforehand.
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
_ACROSS = 0.4
"""Share of each side that the other side has too."""
_BLOCKS, _PIECES = 4, 4
"""Blocks of one product, and products at a time: of larger ones a second thread of OpenBLAS would
make a part, and be waited for."""
_INAUDIBLE = 1e-6


class Bed:
    """The bed in two channels.

    Args:
        rate: frames per second.
        random: gives each tone its phase.
        ramp: `upwards()`.
    """

    def __init__(self, rate: float, random: np.random.Generator, ramp: Floats) -> None:
        blocks, tones = _PIECES * _BLOCKS, len(_TONES_HZ)
        span_s = blocks * BLOCK / rate
        frequencies = np.array(_TONES_HZ)
        # Rows: every other tone, then the octaves of the others, are the left side.
        octaves = 2.0 * frequencies + _BEAT_HZ
        hertz = np.concatenate([frequencies[::2], octaves[1::2], frequencies[1::2], octaves[::2]])
        rows = hertz.size
        turns = 2.0 * math.pi * hertz / rate
        frames = turns[:, None] * np.arange(BLOCK)
        waves = (np.sin(frames), np.cos(frames), ramp * np.sin(frames), ramp * np.cos(frames))
        self._waves = np.concatenate(waves).astype(np.float32)
        self._phase = random.uniform(0.0, 2.0 * math.pi, rows)
        self._amplitude, self._change, self._wanted = (np.zeros(rows) for _ in range(3))
        # Of each block: how far its beginning is, in turns of each row and as a share of all.
        self._turns = BLOCK * turns * np.arange(blocks)[:, None]
        self._turn = blocks * BLOCK * turns
        self._shares = np.repeat(np.arange(blocks)[:, None] / blocks, rows, axis=1)
        self._angle, self._sine, self._cosine, self._loud = np.zeros((4, blocks, rows))
        self._term = np.zeros((blocks, rows))
        near = np.where(np.arange(rows) < rows // 2, 1.0, _ACROSS)
        self._sides = np.tile(near, (blocks, 1)), np.tile(near[::-1], (blocks, 1))
        self._mixture = np.zeros((blocks, 2, 4, rows))
        self._matrices = np.zeros((_PIECES, 2 * _BLOCKS, 4 * rows), np.float32)
        self._angles = 2.0 * math.pi * np.arange(tones) / tones
        # Low tones are loud by themselves on large loudspeakers, and not heard on small ones.
        self._balance = np.sqrt(160.0 / np.maximum(frequencies, 160.0))
        self._weights, self._octaves = np.zeros(tones), np.zeros(tones)
        self._place = [Glide(span_s, _WANDER_S, _WANDER_S) for _ in range(3)]
        self._travel = Glide(span_s, 0.4, 2.5)
        self._awake = Glide(span_s, 1.5, 4.0)
        self._level = Glide(span_s, 0.3, 0.3)
        self._share = share_of(span_s, 0.25)
        self._made = np.zeros((_PIECES, 2 * _BLOCKS, BLOCK), np.float32)
        self._blocks = self._made.reshape(blocks, 2, BLOCK)
        self._block = 0
        self._most = 0.0

    def add(self, score: Score, bus: Floats) -> float:
        """Add one block to `bus` (2, BLOCK); returns what no sample of it is larger than."""
        if self._block == 0:
            self._make(score)
        block, self._block = self._block, (self._block + 1) % len(self._blocks)
        if self._most:
            np.add(bus, self._blocks[block], out=bus)
        return self._most

    def _make(self, score: Score) -> None:
        """Make the next blocks."""
        level = self._level.step(score.levels.bed)
        loudest = float(self._amplitude.sum())
        if level == 0.0 and loudest < _INAUDIBLE:
            self._amplitude.fill(0.0)
            self._most = 0.0
            return
        self._choose(score, level)
        self._weigh()
        np.matmul(self._matrices, self._waves, out=self._made)
        self._most = max(loudest, float(self._amplitude.sum()))

    def _choose(self, score: Score, level: float) -> None:
        """Say how loud each row is to be."""
        x, y, z = (glide.step(at) for glide, at in zip(self._place, score.place, strict=True))
        travel, awake = self._travel.step(score.travel), self._awake.step(score.awake)
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
        quarter = self._weights.size // 2
        rows = (self._weights[::2], self._octaves[1::2], self._weights[1::2], self._octaves[::2])
        for number, values in enumerate(rows):
            np.copyto(self._wanted[number * quarter : (number + 1) * quarter], values)

    def _weigh(self) -> None:
        """Say how much of each wave is in each channel of each block, and go on behind them."""
        np.subtract(self._wanted, self._amplitude, out=self._change)
        np.multiply(self._change, self._share, out=self._change)
        np.add(self._phase, self._turns, out=self._angle)
        np.cos(self._angle, out=self._cosine)
        np.sin(self._angle, out=self._sine)
        np.multiply(self._shares, self._change, out=self._loud)
        np.add(self._loud, self._amplitude, out=self._loud)
        np.add(self._amplitude, self._change, out=self._amplitude)
        np.divide(self._change, len(self._blocks), out=self._change)
        # sin(phase + n·turn), with the sine of n·turn first.
        pairs = ((self._loud, self._cosine), (self._loud, self._sine))
        rising = ((self._change, self._cosine), (self._change, self._sine))
        for number, (loud, angle) in enumerate((*pairs, *rising)):
            np.multiply(loud, angle, out=self._term)
            for side, share in enumerate(self._sides):
                np.multiply(self._term, share, out=self._mixture[:, side, number])
        np.copyto(self._matrices, self._mixture.reshape(self._matrices.shape), casting="same_kind")
        np.add(self._phase, self._turn, out=self._phase)
        np.mod(self._phase, 2.0 * math.pi, out=self._phase)
