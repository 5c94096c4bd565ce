"""Rendering to a file, block by block, through the very `Player` that a device calls."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.values import Floats
from exhibit.sound.events import Piece
from exhibit.sound.player import Player
from exhibit.sound.score import BLOCK, Score

_FULL_SCALE = 32767.0


def render(piece: Piece) -> Floats:
    """Return (frames, channels) float32; the same piece gives the same bits."""
    blocks = -(-int(piece.seconds * piece.rate) // BLOCK)
    out = np.zeros((blocks, BLOCK, piece.channels), np.float32)
    clock = _BlockClock(piece.rate)
    player = Player(piece.rate, piece.channels, piece.seed, clock, lambda: "")
    scores, position = piece.scores(), 0
    for number in range(blocks):
        clock.blocks = number
        position = _take(player, scores, position, clock())
        player.block(out[number], 0.0, late=False)
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


class _BlockClock:
    """The time of the block under way, so that rendering is paced as a device would be."""

    def __init__(self, rate: float) -> None:
        self._block_s, self.blocks = BLOCK / rate, 0

    def __call__(self) -> float:
        return self.blocks * self._block_s


def _take(player: Player, scores: Sequence[tuple[float, Score]], position: int, now: float) -> int:
    """Give the player the newest score that has begun; returns the position of the next."""
    while position < len(scores) and scores[position][0] <= now:
        player.score = scores[position][1]
        position += 1
    return position
