"""The sound of a pencil on paper: noise in three bands, roughened by the paper's tooth.

A pencil rubs more than it rings: what is heard is the paper's fibres, passed at the speed of the
pen. So the noise is made beforehand (three loops of different length, which never fall into step),
and what the pen does is only weight, roughness and place. Source: after the measured spectra of
scraping and writing in Thoret et al. 2014 (J. Exp. Psychol. HPP 40(3)): the faster the stroke, the
brighter the noise.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats
from exhibit.sound.gliding import Glide, share_of
from exhibit.sound.score import BLOCK, Score

_BANDS_HZ = (250.0, 900.0, 2200.0, 5200.0)
_LOOPS_S = (1.71, 2.29, 2.93)
_LEVEL = 0.025
_CREST = 2.5
_TOOTH = 1 << 15
_TOOTH_WAVES = 700
"""Fibres in one turn of the paper's tooth."""
_TEETH_A_SECOND = 190.0
"""Fibres that a fast pen passes in a second."""


class Grain:
    """Pencil grain in two channels.

    Args:
        rate: frames per second.
        random: makes noise and tooth.
        ramp: `upwards()`.
    """

    def __init__(self, rate: float, random: np.random.Generator, ramp: Floats) -> None:
        block_s = BLOCK / rate
        self._ramp = ramp
        bands = list(pairwise(_BANDS_HZ))
        self._noise = [
            _looped(_band(random, int(loop_s * rate), low / rate, high / rate))
            for loop_s, (low, high) in zip(_LOOPS_S, bands, strict=True)
        ]
        self._at = [0] * len(bands)
        self._tooth = _make_tooth(random)
        self._tooth_at = 0.0
        self._tooth_most = _TEETH_A_SECOND / _TOOTH_WAVES * _TOOTH / rate
        self._speed = Glide(block_s, 0.008, 0.07)
        self._darkness = Glide(block_s, 0.05, 0.2)
        self._pan = Glide(block_s, 0.06, 0.06)
        self._level = Glide(block_s, 0.05, 0.05)
        self._left, self._right = (Glide(block_s, 0.001, 0.001) for _ in range(2))
        self._weights = np.zeros(len(bands), np.float32)
        self._wanted = np.zeros(len(bands), np.float32)
        self._share = np.float32(share_of(block_s, 0.03))
        self._rows = np.zeros((len(bands), BLOCK), np.float32)
        self._mixed, self._gain = (np.zeros(BLOCK, np.float32) for _ in range(2))
        self._place = np.zeros(BLOCK, np.float64)
        self._index = np.zeros(BLOCK, np.intp)
        self._frames = np.arange(1, BLOCK + 1, dtype=np.float64)

    def add(self, score: Score, bus: Floats) -> None:
        """Add one block to `bus` (2, BLOCK)."""
        speed, darkness = self._speed.step(score.speed), self._darkness.step(score.darkness)
        level, pan = self._level.step(score.levels.grain), self._pan.step(score.pan)
        loud = _LEVEL * level * speed**0.7 * (0.3 + 0.7 * darkness)
        angle = math.pi / 4 * (1.0 + 0.8 * pan)
        self._left.step(loud * math.cos(angle))
        self._right.step(loud * math.sin(angle))
        self._weigh(speed, darkness)
        self._mix()
        self._roughen(speed)
        for channel, gain in zip(bus, (self._left, self._right), strict=True):
            gain.fill(self._ramp, self._gain)
            np.multiply(self._gain, self._mixed, out=self._gain)
            np.add(channel, self._gain, out=channel)

    def _weigh(self, speed: float, darkness: float) -> None:
        """Faster is brighter, darker is duller: a soft lead leaves more and whispers less."""
        bright = min(max(0.25 + 0.75 * speed - 0.35 * darkness, 0.0), 1.0)
        low, middle, high = 1.0 - bright, 0.9, 0.15 + bright
        scale = 1.0 / math.sqrt(low * low + middle * middle + high * high)
        for row, weight in enumerate((low, middle, high)):
            self._wanted[row] = weight * scale

    def _mix(self) -> None:
        np.subtract(self._wanted, self._weights, out=self._wanted)
        np.multiply(self._wanted, self._share, out=self._wanted)
        for row, noise in enumerate(self._noise):
            weighted, at = self._rows[row], self._at[row]
            np.multiply(self._ramp, self._wanted[row], out=weighted)
            np.add(weighted, self._weights[row], out=weighted)
            np.multiply(weighted, noise[at : at + BLOCK], out=weighted)
            self._at[row] = (at + BLOCK) % (noise.size - BLOCK)
        np.add(self._weights, self._wanted, out=self._weights)
        np.add.reduce(self._rows, axis=0, out=self._mixed)

    def _roughen(self, speed: float) -> None:
        step = self._tooth_most * (0.15 + 0.85 * speed)
        np.multiply(self._frames, step, out=self._place)
        np.add(self._place, self._tooth_at, out=self._place)
        np.copyto(self._index, self._place, casting="unsafe")
        self._tooth_at = (self._tooth_at + BLOCK * step) % _TOOTH
        # Wrapped, because only then NumPy writes straight into `out`.
        np.take(self._tooth, self._index, out=self._gain, mode="wrap")
        np.multiply(self._mixed, self._gain, out=self._mixed)


def _band(random: np.random.Generator, size: int, low: float, high: float) -> Floats:
    """Return a loop of noise between two frequencies (cycles per frame), of deviation 1."""
    spectrum = np.fft.rfft(random.standard_normal(size))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(size), 1e-9))
    middle, half = np.log2(low * high) / 2, np.log2(high / low) / 2
    away = np.maximum(np.abs(octaves - middle) - 0.5 * half, 0.0) / half
    spectrum *= np.exp(-2.0 * np.square(away)) / np.sqrt(np.exp2(octaves))
    noise = np.fft.irfft(spectrum, size)
    # Noise now and then has a peak of five deviations, which would be heard as a tick.
    return np.asarray(_CREST * np.tanh(noise / (_CREST * noise.std())), np.float32)


def _looped(noise: Floats) -> Floats:
    """Return the loop with its head once more at its end, so that no block has to wrap."""
    return np.concatenate((noise, noise[:BLOCK]))


def _make_tooth(random: np.random.Generator) -> NDArray[np.float32]:
    """Return how rough one turn of paper is, smooth, between 0 and about 2, its mean 1."""
    spectrum = np.fft.rfft(random.standard_normal(_TOOTH))
    waves = np.arange(spectrum.size)
    spectrum *= np.exp(-np.square((waves - _TOOTH_WAVES) / (0.5 * _TOOTH_WAVES)))
    rough = np.fft.irfft(spectrum, _TOOTH)
    return np.asarray(1.0 + 0.55 * np.tanh(rough / rough.std()), np.float32)
