"""What PortAudio calls for every block: the newest score, one block of sound, and measurements."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from exhibit.contract.precedence import take_precedence
from exhibit.contract.timing import Ring
from exhibit.contract.values import Floats
from exhibit.sound.score import BLOCK, LOOK_AHEAD, SILENCE, Score
from exhibit.sound.synthesiser import Synthesiser

_FASTEST = 1.5
_HEAD_START_S = 1.0
"""Ahead of the clock by more than this: nothing paces the device. Real ones fill a buffer first."""


class Player:
    """Plays the newest score. One thread calls `block`; others set what is named first, and read.

    Attributes:
        scores: gives the newest score, and is asked once a block; it must never wait.
        fading: whether it goes to silence, whatever the score says.
        underruns: blocks that came too late for the device.
        unpaced: whether the device took sound faster than time goes, and was left.
        last_at: monotonic seconds of the last block.
        callback_ms: how long blocks took.
        stroke_to_sound_ms: from a frame's capture to the sound of the pen that was seen in it.
        told_to_sound_ms: the part of it that is the sound's own, from when the engine told of it.

    Args:
        rate: frames per second.
        channels: 1 or 2.
        seed: of the noise.
        clock: monotonic seconds.
        prioritise: asks the kernel to wake the device's thread in time.
    """

    def __init__(
        self,
        rate: float,
        channels: int,
        seed: int = 1,
        clock: Callable[[], float] = time.monotonic,
        prioritise: Callable[[], str] = take_precedence,
    ) -> None:
        self.rate, self.channels = rate, channels
        self.scores: Callable[[], Score] = lambda: SILENCE
        self.fading = False
        self._synthesiser = Synthesiser(rate, seed)
        self._clock, self._prioritise = clock, prioritise
        self._blocks = 0
        self._began_at = self._captured_at = 0.0
        self.underruns = 0
        self.unpaced = False
        self.scheduling = ""
        self.last_at = 0.0
        self.callback_ms = Ring()
        self.stroke_to_sound_ms, self.told_to_sound_ms = Ring(), Ring()

    @property
    def silent(self) -> bool:
        """Whether the last block ended in silence."""
        return self._synthesiser.silent

    def block(self, frames: Floats, delay_s: float, late: bool) -> bool:
        """Write the next block into `frames` (BLOCK, channels); returns whether to go on.

        Args:
            frames: what the device plays next.
            delay_s: seconds until then.
            late: the block before came too late.
        """
        begun = self._clock()
        if not self._blocks:
            self._began_at, self.scheduling = begun, self._prioritise()
        score = self.scores()
        if self.fading:
            score = replace(score, levels=replace(score.levels, volume=0.0))
        self._synthesiser.fill(score, frames)
        self._blocks += 1
        # The first block of a device is always late.
        self.underruns += late and self._blocks > 1
        if score.speed > 0 and score.captured_at != self._captured_at:
            self._captured_at = score.captured_at
            heard_at = begun + max(delay_s, 0.0) + LOOK_AHEAD / self.rate
            self.stroke_to_sound_ms.add(1000.0 * (heard_at - score.captured_at))
            self.told_to_sound_ms.add(1000.0 * (heard_at - score.told_at))
        self.last_at = ended = self._clock()
        self.callback_ms.add(1000.0 * (ended - begun))
        allowed_s = _HEAD_START_S + _FASTEST * (ended - self._began_at)
        self.unpaced = self._blocks * BLOCK > self.rate * allowed_s
        return not self.unpaced
