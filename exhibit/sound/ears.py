"""Listening: how loud it is and when something begins, from a line input; nothing is kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

from exhibit.contract.errors import SoundError
from exhibit.contract.records import Heard
from exhibit.contract.values import Floats
from exhibit.sound.gliding import share_of
from exhibit.sound.portaudio import PortAudio, Stream
from exhibit.sound.retry import Retry
from exhibit.sound.score import HEARD_BLOCK

_QUIET_DB, _LOUD_DB = -60.0, -10.0
_ONSET_RATIO = 2.0
_FADES_S = 0.4
_STALLED_S = 2.0


class Ear:
    """Turns blocks of sound into two numbers, and forgets the blocks.

    Attributes:
        heard: the newest; it is replaced whole.
        last_at: monotonic seconds of the last block.

    Args:
        rate: frames per second.
        channels: 1 or 2.
        clock: monotonic seconds.
    """

    def __init__(
        self, rate: float, channels: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        block_s = HEARD_BLOCK / rate
        self.heard, self.last_at = Heard(), 0.0
        self._clock = clock
        self._square = np.zeros((HEARD_BLOCK, channels), np.float32)
        self._rise, self._fall = share_of(block_s, 0.01), share_of(block_s, 0.15)
        self._before = share_of(block_s, 0.5)
        self._fade = math.exp(-block_s / _FADES_S)
        self._fast = self._slow = 10.0 ** (_QUIET_DB / 20.0)

    def block(self, frames: Floats, delay_s: float, late: bool) -> bool:
        """Take one block (HEARD_BLOCK, channels) in; always goes on."""
        np.square(frames, out=self._square)
        loud = math.sqrt(float(self._square.mean()))
        self._fast += (loud - self._fast) * (self._rise if loud > self._fast else self._fall)
        floor = 10.0 ** (_QUIET_DB / 20.0)
        begins = self._fast > _ONSET_RATIO * max(self._slow, floor)
        self._slow += (self._fast - self._slow) * self._before
        decibels = 20.0 * math.log10(max(self._fast, floor))
        level = min((decibels - _QUIET_DB) / (_LOUD_DB - _QUIET_DB), 1.0)
        self.heard = Heard(level, 1.0 if begins else self.heard.onset * self._fade)
        self.last_at = self._clock()
        return True


class Ears:
    """Listens to the input that is wanted, as far as there is one.

    Attributes:
        fault: why nothing is heard, or empty.

    Args:
        library: PortAudio.
        clock: monotonic seconds.
    """

    def __init__(self, library: PortAudio, clock: Callable[[], float] = time.monotonic) -> None:
        self._library, self._clock = library, clock
        self._stream: Stream | None = None
        self._ear: Ear | None = None
        self._wanted: str | None = None
        self._began_at = 0.0
        self._retry = Retry()
        self.fault = ""

    @property
    def is_open(self) -> bool:
        """Whether the table listens now."""
        return self._stream is not None

    @property
    def heard(self) -> Heard:
        """What is heard now: nothing where there is no input."""
        return Heard() if self._ear is None else self._ear.heard

    def listen(self, wanted: str | None, look_anew: Callable[[], None]) -> None:
        """Go on for a moment.

        Args:
            wanted: name of the input, empty for the system's own choice, None for not listening.
            look_anew: makes the list of devices anew, where that is possible now.
        """
        if wanted != self._wanted:
            self.close()
            self._wanted, self.fault = wanted, ""
            self._retry.forget()
        if wanted is None:
            return
        if self._stream is None:
            if self._retry.due(self._clock()):
                self._open(wanted, look_anew)
        elif self._ear is not None and self._has_stopped(self._stream, self._ear):
            self._fail(f"{self._stream.name}: it has gone")

    def close(self) -> None:
        """Stop listening."""
        if self._stream is not None:
            self._stream.close()
        self._stream = self._ear = None

    def _open(self, wanted: str, look_anew: Callable[[], None]) -> None:
        now = self._clock()
        try:
            look_anew()
            self._stream, ear = self._library.open("input", wanted, Ear)
            assert isinstance(ear, Ear)
            self._ear = ear
            self._stream.start()
        except SoundError as error:
            self._fail(str(error))
            return
        self._began_at, self.fault = now, ""
        self._retry.began(now)

    def _has_stopped(self, stream: Stream, ear: Ear) -> bool:
        silent_s = self._clock() - max(self._began_at, ear.last_at)
        return not stream.active or silent_s > _STALLED_S

    def _fail(self, fault: str) -> None:
        self.close()
        self.fault = f"not listening: {fault}"
        self._retry.failed(self._clock())
