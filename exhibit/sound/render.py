"""Rendering to a file, block by block, through the very `Player` that a device calls."""

from __future__ import annotations

import wave
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.values import Floats
from exhibit.sound.events import Piece
from exhibit.sound.player import Player
from exhibit.sound.score import BLOCK, SILENCE, Score

_FULL_SCALE = 32767.0


def render(piece: Piece) -> Floats:
    """Return (frames, channels) float32; the same piece gives the same bits."""
    blocks = -(-int(piece.seconds * piece.rate) // BLOCK)
    out = np.zeros((blocks, BLOCK, piece.channels), np.float32)
    course = _Course(piece.scores(), piece.rate)
    player = Player(piece.rate, piece.channels, piece.seed, course.now, lambda: "")
    player.scores = course.score
    for number, block in enumerate(out):
        course.blocks = number
        player.block(block, 0.0, late=False)
    return out.reshape(-1, piece.channels)


def write_wav(path: Path, sound: Floats, rate: int) -> None:
    """Write (frames, channels) as 16 bit PCM; raises InputError where that is not possible."""
    numbers: NDArray[np.int16] = np.round(sound * _FULL_SCALE).astype("<i2")
    try:
        with path.open("wb") as file, wave.open(file, "wb") as out:
            out.setnchannels(sound.shape[1])
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes(numbers.tobytes())
    except OSError as error:
        raise InputError(f"{path}: not written: {error.strerror}") from None


class _Course:
    """Time and scores of the block under way, paced as a device would be."""

    def __init__(self, scores: Sequence[tuple[float, Score]], rate: float) -> None:
        self._block_s, self.blocks = BLOCK / rate, 0
        self._coming = deque(scores)
        self._newest = SILENCE

    def now(self) -> float:
        """Return when the block begins, in seconds."""
        return self.blocks * self._block_s

    def score(self) -> Score:
        """Return the newest score that has begun."""
        while self._coming and self._coming[0][0] <= self.now():
            _, self._newest = self._coming.popleft()
        return self._newest
