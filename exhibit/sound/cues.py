"""Short sounds for what happens on the table, made beforehand so that playing one is adding it."""

from __future__ import annotations

import math

import numpy as np

from exhibit.contract.values import Floats
from exhibit.sound.gliding import Glide
from exhibit.sound.score import BLOCK, Score

_LEVEL = 0.08
_ATTACK_S = 0.02
_AT_ONCE = 6
_RECALLS_AT_MOST_EVERY_S = 1.5
# (when in seconds, frequency, loudness, decay in seconds) of every note.
Notes = tuple[tuple[float, float, float, float], ...]
_FRESH: Notes = ((0.0, 440.0, 0.6, 0.5), (0.16, 659.26, 0.7, 0.7))
_FIRST: Notes = ((0.0, 880.0, 0.5, 0.6),)
_REST: Notes = ((0.0, 329.63, 0.5, 0.9), (0.3, 220.0, 0.6, 1.2))
_RECALLED: tuple[Notes, ...] = tuple(
    ((0.0, low, 0.35, 0.5), (0.12, high, 0.45, 0.9))
    for low, high in ((293.66, 440.0), (329.63, 493.88), (369.99, 554.37), (440.0, 587.33))
)


class Cues:
    """Plays a cue for every count of the score that rises, and lets it ring.

    Args:
        rate: frames per second.
        ramp: `upwards()`.
    """

    def __init__(self, rate: float, ramp: Floats) -> None:
        self._fresh, self._first, self._rest = (
            _bells(notes, rate) for notes in (_FRESH, _FIRST, _REST)
        )
        self._recalled = [_bells(notes, rate) for notes in _RECALLED]
        waves = (self._fresh, self._first, self._rest, *self._recalled)
        self._highest = max(float(np.abs(wave).max()) for wave in waves)
        self._playing: list[Floats | None] = [None] * _AT_ONCE
        self._at = [0] * _AT_ONCE
        self._next = self._ringing = 0
        self._heard: tuple[int, int, int, int] | None = None
        self._score: Score | None = None
        self._recall_waits = 0
        self._recall_every = int(_RECALLS_AT_MOST_EVERY_S * rate / BLOCK)
        self._level = Glide(BLOCK / rate, 0.05, 0.05, 1.0)
        self._ramp = ramp
        self._mixed, self._gain = (np.zeros(BLOCK, np.float32) for _ in range(2))

    def add(self, score: Score, bus: Floats) -> float:
        """Add one block to `bus` (2, BLOCK); returns what no sample of it is larger than."""
        self._recall_waits = max(self._recall_waits - 1, 0)
        if score is not self._score:
            self._score = score
            self._hear(score)
        self._level.step(score.levels.cues)
        if not self._ringing:
            return 0.0
        most = self._ringing * self._highest
        self._mixed.fill(0.0)
        for number, wave in enumerate(self._playing):
            if wave is None:
                continue
            at = self._at[number]
            np.add(self._mixed, wave[at : at + BLOCK], out=self._mixed)
            self._at[number] = at + BLOCK
            if at + BLOCK >= wave.size:
                self._playing[number] = None
                self._ringing -= 1
        self._level.fill(self._ramp, self._gain)
        np.multiply(self._mixed, self._gain, out=self._mixed)
        np.add(bus, self._mixed, out=bus)
        return most

    def _hear(self, score: Score) -> None:
        """Begin the cues of all counts that have risen."""
        counts = (score.fresh_sheets, score.first_lines, score.recalls, score.rests)
        before, self._heard = self._heard, counts
        if before is None or counts == before:
            return
        fresh, first, recalled, rest = (
            now > then for now, then in zip(counts, before, strict=True)
        )
        if fresh:
            self._play(self._fresh)
        if first:
            self._play(self._first)
        if rest:
            self._play(self._rest)
        if recalled and not self._recall_waits:
            self._recall_waits = self._recall_every
            self._play(self._recalled[_quarter(score)])

    def _play(self, wave: Floats) -> None:
        # The one that has rung longest makes room only where it is over: none is cut off.
        if self._playing[self._next] is None:
            self._playing[self._next], self._at[self._next] = wave, 0
            self._next = (self._next + 1) % _AT_ONCE
            self._ringing += 1


def _quarter(score: Score) -> int:
    """Return which of the four cues fits the chord of the bed."""
    x, y, _ = score.place
    return int((math.atan2(y, x) / (2.0 * math.pi) % 1.0) * 4) % 4


def _bells(notes: Notes, rate: float) -> Floats:
    """Return notes as one wave that begins and ends at 0, a whole number of blocks long."""
    end_s = max(at + 7.0 * decay for at, _, _, decay in notes)
    size = -(-int(end_s * rate) // BLOCK) * BLOCK
    wave = np.zeros(size)
    for at, hertz, loud, decay in notes:
        seconds = np.arange(size) / rate - at
        rung = np.maximum(seconds, 0.0)
        attack = 0.5 - 0.5 * np.cos(np.pi * np.clip(rung / _ATTACK_S, 0.0, 1.0))
        turns = 2.0 * np.pi * hertz * rung
        tone = np.sin(turns) + 0.25 * np.sin(2.756 * turns) * np.exp(-4.0 * rung / decay)
        wave += _LEVEL * loud * attack * np.exp(-rung / decay) * tone
    closing = np.clip(np.arange(size, 0, -1) / (0.05 * rate), 0.0, 1.0)
    return (wave * closing).astype(np.float32)
