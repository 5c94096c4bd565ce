"""The sound of a pencil on paper: noise in three bands, roughened by the paper's tooth.

A pencil rubs more than it rings: what is heard is the paper's fibres, passed at the speed of the
pen. So the noise is made beforehand, dull noise and how bright noise differs from it, and what the
pen does is only weight, roughness and place. Source: after the measured spectra of
scraping and writing in Thoret et al. 2014 (J. Exp. Psychol. HPP 40(3)): the faster the stroke, the
brighter the noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from exhibit.contract.values import Floats
from exhibit.sound.gliding import Glide
from exhibit.sound.score import BLOCK, Score

_BANDS_HZ = (250.0, 900.0, 2200.0, 5200.0)
_DULL, _BRIGHTER = (1.0, 0.9, 0.15), (-1.0, 0.0, 1.0)
"""Weights of the bands in the dullest stroke, and what the brightest one has more of each."""
_SQUARES = (
    sum(dull**2 for dull in _DULL),
    sum(2.0 * dull * more for dull, more in zip(_DULL, _BRIGHTER, strict=True)),
    sum(more**2 for more in _BRIGHTER),
)
"""Of the deviation of their mixture: a quadratic of how much brighter it is."""
_LOOP = 1 << 18
"""Frames until noise is heard again: more than five seconds."""
_LEVEL = 0.024
_CREST = 2.5
_ROUGHEST = 1.55
_FIBRES = 150
"""In one turn of the paper's tooth."""
_FIBRES_A_SECOND = 190.0
"""That a fast pen passes."""
_STEPS = 8
"""The tooth is passed one to so many of its samples at a time: a slice, and nothing to look up."""


class Grain:
    """Pencil grain in two channels.

    Loudness and place glide within a block. Colour goes on from block to block: in noise, a tenth
    more of one band is no step that could be heard, or found.

    Args:
        rate: frames per second.
        random: makes noise and tooth.
        ramp: `upwards()`.
    """

    def __init__(self, rate: float, random: np.random.Generator, ramp: Floats) -> None:
        block_s = BLOCK / rate
        self._ramp = ramp
        bands = [_band(random, _LOOP, low / rate, high / rate) for low, high in pairwise(_BANDS_HZ)]
        dull, brighter = (_weighed(bands, weights) for weights in (_DULL, _BRIGHTER))
        self._highest = _ROUGHEST * float((np.abs(dull) + np.abs(brighter)).max())
        self._dull, self._brighter = dull.reshape(-1, BLOCK), brighter.reshape(-1, BLOCK)
        self._block = 0
        self._turn = int(_FIBRES * _STEPS * rate / _FIBRES_A_SECOND)
        self._tooth = _looped(_make_tooth(random, self._turn), _STEPS * BLOCK)
        self._tooth_at = 0
        self._loud = Glide(block_s, 0.008, 0.07)
        self._speed = Glide(block_s, 0.03, 0.07)
        self._darkness = Glide(block_s, 0.05, 0.2)
        self._pan = Glide(block_s, 0.06, 0.06)
        self._level = Glide(block_s, 0.05, 0.05)
        self._left = self._right = 0.0
        self._mixed = np.zeros(BLOCK, np.float32)

    def write(self, score: Score, bus: Floats) -> float:
        """Write one block into `bus` (2, BLOCK); returns what no sample is larger than."""
        speed, darkness = self._speed.step(score.speed), self._darkness.step(score.darkness)
        level, pan = self._level.step(score.levels.grain), self._pan.step(score.pan)
        loud = self._loud.step(_LEVEL * level * score.speed**0.7 * (0.3 + 0.7 * darkness))
        if loud == 0.0 and self._loud.rests:
            bus.fill(0.0)
            return 0.0
        # Faster is brighter, darker is duller: a soft lead leaves more and whispers less.
        bright = min(max(0.25 + 0.75 * speed - 0.35 * darkness, 0.0), 1.0)
        np.multiply(self._brighter[self._block], bright, out=self._mixed)
        np.add(self._mixed, self._dull[self._block], out=self._mixed)
        self._block = (self._block + 1) % len(self._dull)
        step = 1 + round(speed * (_STEPS - 1))
        end = self._tooth_at + step * BLOCK
        np.multiply(self._mixed, self._tooth[self._tooth_at : end : step], out=self._mixed)
        self._tooth_at = end % self._turn
        loud /= math.sqrt(_SQUARES[0] + bright * (_SQUARES[1] + bright * _SQUARES[2]))
        angle = math.pi / 4 * (1.0 + 0.8 * pan)
        left, right = bus
        before = max(self._left, self._right)
        self._left = self._place(left, self._left, loud * math.cos(angle))
        self._right = self._place(right, self._right, loud * math.sin(angle))
        return self._highest * max(before, self._left, self._right)

    def _place(self, side: Floats, begin: float, end: float) -> float:
        """Write what is mixed into one side, as loud as it is there; returns how loud it ends."""
        np.multiply(self._ramp, end - begin, out=side)
        np.add(side, begin, out=side)
        np.multiply(side, self._mixed, out=side)
        return end


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


def _weighed(bands: Iterable[Floats], weights: Iterable[float]) -> Floats:
    mixed = sum(weight * band for band, weight in zip(bands, weights, strict=True))
    return np.asarray(mixed, np.float32)


def _looped(loop: Floats, size: int) -> Floats:
    """Return a loop with so much of its head once more at its end that no slice has to wrap."""
    return np.concatenate((loop, loop[:size]))


def _make_tooth(random: np.random.Generator, size: int) -> Floats:
    """Return how rough one turn of paper is, smooth, between about 0.4 and 1.6."""
    spectrum = np.fft.rfft(random.standard_normal(size))
    waves = np.arange(spectrum.size)
    spectrum *= np.exp(-np.square((waves - _FIBRES) / (0.5 * _FIBRES)))
    rough = np.fft.irfft(spectrum, size)
    return np.asarray(1.0 + (_ROUGHEST - 1.0) * np.tanh(rough / rough.std()), np.float32)
