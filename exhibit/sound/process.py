"""The sound's process: follows settings and gestures, plays, listens, and tells how it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from exhibit.contract.board import Heart, write_status
from exhibit.contract.errors import NOTHING_TO_DO
from exhibit.contract.records import Gesture, Heard, RecordWatch, RecordWriter
from exhibit.contract.settings.hours import is_open
from exhibit.contract.settings.published import Follower
from exhibit.sound.composing import Composer
from exhibit.sound.ears import Ears
from exhibit.sound.output import Output
from exhibit.sound.player import Player
from exhibit.sound.portaudio import PortAudio

_TICK_S, _LISTENING_S, _ASLEEP_S = 0.2, 0.06, 0.25
"""Devices' threads look for gestures. What is heard is told about as often as pictures come."""
_FOLLOW_EVERY_S = 0.1
_STATUS_EVERY_S, _STATUS_SOON_S = 1.0, 0.1
_CLOCK_EVERY_S = 1.0
_LOOK_ANEW_EVERY_S = 60.0
"""Devices are listed anew only while none is open; for a missing input sound pauses this often."""


class SoundProcess:
    """Everything the sound holds open.

    Args:
        run_dir: folder shared with the other processes.
        library: PortAudio.
        clock: monotonic seconds.
        local_time: for opening hours.
        make_player: for a rate and a number of channels.

    Raises:
        ConfigError: there are no settings to start with.
    """

    def __init__(
        self,
        run_dir: Path,
        library: PortAudio | None = None,
        clock: Callable[[], float] = time.monotonic,
        local_time: Callable[[], datetime] = datetime.now,
        make_player: Callable[[float, int], Player] = Player,
    ) -> None:
        self._run_dir, self._clock, self._local_time = run_dir, clock, local_time
        self._follower = Follower(run_dir, "sound")
        self._config = self._follower.config.sound
        self._heart = Heart(run_dir, "sound")
        self._library = library = library or PortAudio()
        self._gestures = RecordWatch(run_dir, Gesture)
        self._composer = Composer(self._gestures, self._config, clock)
        self._output = Output(library, self._composer, clock, make_player)
        self._ears = Ears(library, clock)
        self._heard = RecordWriter(run_dir, Heard, clock)
        self._status_due = self._clock_due = self._follow_due = float("-inf")
        self._anew_due = float("-inf")
        self._pausing = False
        self._open = True
        self._looks = 0

    def run(self, stopping: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> int:
        """Go on until asked to stop or turned off, then fade out.

        Returns:
            The exit code: 0, or `NOTHING_TO_DO` where it was turned off.
        """
        while not stopping() and self._config.is_on:
            self.tick()
            sleep(self._rest_s())
        self._ears.close()
        while self._output.is_open:
            self._output.play(None)
            sleep(_TICK_S)
        return 0 if self._config.is_on else NOTHING_TO_DO

    def _rest_s(self) -> float:
        """Return how long nothing is due."""
        if self._ears.is_open:
            return _LISTENING_S
        return _TICK_S if self._output.is_open else _ASLEEP_S

    def tick(self) -> None:
        """Do what is due now."""
        self._heart.beat()
        now = self._clock()
        if now >= self._follow_due:
            self._follow_due = now + _FOLLOW_EVERY_S
            self._follow()
            self._gestures.attach()
        if now >= self._clock_due:
            self._clock_due = now + _CLOCK_EVERY_S
            self._open = is_open(self._config.hours, self._local_time())
        playing, listening = self._wanted(now)
        if self._output.due(playing):
            # The list of devices is made anew, which an open input would not outlive.
            self._ears.close()
        self._output.play(playing)
        self._ears.listen(listening, self._look_anew)
        if self._ears.is_open:
            self._looks += 1
            self._heard.publish(self._looks, now, self._ears.heard)
        self._tell(now)

    def close(self) -> None:
        """Let all devices go at once."""
        self._ears.close()
        self._output.close()

    def _look_anew(self) -> None:
        if not self._output.is_open:
            self._library.refresh()

    def _wanted(self, now: float) -> tuple[str | None, str | None]:
        """Return the output and the input that are wanted now, None for none."""
        config = self._config
        playing = config.device if config.enabled and self._open else None
        listening = config.listen_device if config.listen and self._open else None
        if self._pausing and self._output.is_open:
            return None, None
        self._pausing = False
        if listening is None or not self._ears.fault:
            self._anew_due = now + _LOOK_ANEW_EVERY_S
        elif now >= self._anew_due:
            self._pausing, self._anew_due = self._output.is_open, now + _LOOK_ANEW_EVERY_S
        return playing, listening

    def _follow(self) -> None:
        config = self._follower.follow()
        if config is not None:
            self._config = self._composer.sound = config.sound
            self._clock_due = float("-inf")
            self._status_due = min(self._status_due, self._clock() + _STATUS_SOON_S)

    def _tell(self, now: float) -> None:
        if now < self._status_due:
            return
        self._status_due = now + _STATUS_EVERY_S
        output = self._output
        notices = {"no_sound": output.fault, "no_listening": self._ears.fault}
        status: dict[str, Any] = {
            **self._follower.status(),
            **output.describe(),
            "state": self._state(),
            "listening": self._ears.is_open,
            "underruns": output.underruns,
            **output.times(),
            "notices": [{"code": code, "text": text} for code, text in notices.items() if text],
            "faults": [fault for fault in (self._heard.fault,) if fault],
        }
        write_status(self._run_dir, "sound", status)

    def _state(self) -> str:
        if not self._config.enabled:
            return "off"
        if not self._open:
            return "closed"
        return "playing" if self._output.is_open else "silent"
