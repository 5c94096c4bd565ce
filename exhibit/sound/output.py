"""The loudspeaker: opened, watched, let go without a click, and tried again when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exhibit.contract.errors import SoundError
from exhibit.sound.player import Player
from exhibit.sound.portaudio import PortAudio, Stream
from exhibit.sound.retry import Retry
from exhibit.sound.score import Score

_STALLED_S = 2.0
_FADED_S, _FADE_AT_MOST_S = 0.7, 1.2
"""A fade takes half a second, and what the device still holds a little longer."""


@dataclass(slots=True, eq=False)
class _Playing:
    wanted: str
    stream: Stream
    player: Player
    began_at: float
    fading_since: float | None = None


class Output:
    """Plays scores on the device that is wanted, as far as there is one.

    Attributes:
        fault: why nothing is heard, or empty.
        underruns: blocks that came too late, on all devices so far.

    Args:
        library: PortAudio.
        scores: gives the newest score; the device's thread asks for it.
        clock: monotonic seconds.
        make_player: for a rate and a number of channels.
    """

    def __init__(
        self,
        library: PortAudio,
        scores: Callable[[], Score],
        clock: Callable[[], float] = time.monotonic,
        make_player: Callable[[float, int], Player] = Player,
    ) -> None:
        self._library, self._clock, self._make = library, clock, make_player
        self._scores = scores
        self._playing: _Playing | None = None
        self._retry, self._tried = Retry(), ""
        self._underruns_before = 0
        self._played: Player | None = None
        self.fault = ""

    @property
    def is_open(self) -> bool:
        """Whether a device is open, if only to fade out."""
        return self._playing is not None

    @property
    def underruns(self) -> int:
        """Blocks that came too late so far."""
        now = self._playing.player.underruns if self._playing else 0
        return self._underruns_before + now

    def due(self, wanted: str | None) -> bool:
        """Return whether the next `play` would look for a device."""
        if self._playing is not None or wanted is None:
            return False
        return wanted != self._tried or self._retry.due(self._clock())

    def play(self, wanted: str | None) -> None:
        """Go on for a moment.

        Args:
            wanted: name of the device, empty for the system's own choice, None for silence.
        """
        playing = self._playing
        if playing is None:
            self._begin(wanted)
        elif fault := self._fault_of(playing):
            self._fail(f"{playing.stream.name}: {fault}")
        elif playing.wanted == wanted:
            playing.fading_since, playing.player.fading = None, False
        else:
            self._fade(playing)

    def close(self) -> None:
        """Let the device go."""
        if self._playing is not None:
            self._underruns_before += self._playing.player.underruns
            self._playing.stream.close()
            self._playing = None

    def describe(self) -> dict[str, Any]:
        """Return what the status says of the device."""
        playing = self._playing
        if playing is None:
            return {"device": None, "rate": None, "channels": None, "latency_ms": None}
        stream = playing.stream
        return {
            "device": stream.name,
            "rate": round(stream.rate),
            "channels": stream.channels,
            "latency_ms": round(1000 * stream.latency_s, 1),
            "scheduling": playing.player.scheduling,
        }

    def times(self) -> dict[str, Any]:
        """Return what the newest device's player measured, None for what it did not; see there."""
        names, played = ("callback_ms", "stroke_to_sound_ms", "told_to_sound_ms"), self._played
        if played is None:
            return dict.fromkeys(names)
        return {name: getattr(played, name).percentiles() for name in names}

    def _begin(self, wanted: str | None) -> None:
        if wanted is None:
            self._retry.forget()
            self.fault = ""
            return
        if not self.due(wanted):
            return
        if wanted != self._tried:
            self._retry.forget()
            self._tried = wanted
        try:
            self._open(wanted)
        except SoundError as error:
            self._fail(str(error))

    def _open(self, wanted: str) -> None:
        self._library.refresh()
        stream, player = self._library.open("output", wanted, self._make)
        assert isinstance(player, Player)
        player.scores = self._scores
        now = self._clock()
        self._playing = _Playing(wanted, stream, player, now)
        self._played = player
        stream.start()
        self._retry.began(now)
        self.fault = ""

    def _fail(self, fault: str) -> None:
        self.close()
        self._retry.failed(self._clock())
        self.fault = f"no sound: {fault}"

    def _fault_of(self, playing: _Playing) -> str:
        if playing.player.unpaced:
            return "it takes sound faster than time goes; no clock paces it"
        if not playing.stream.active:
            return "it has gone"
        if self._clock() - max(playing.began_at, playing.player.last_at) > _STALLED_S:
            return f"it has asked for no sound for {_STALLED_S:g} s"
        return ""

    def _fade(self, playing: _Playing) -> None:
        """Go on towards silence; once there, let the device go."""
        now = self._clock()
        playing.fading_since = playing.fading_since or now
        playing.player.fading = True
        faded_s = now - playing.fading_since
        if faded_s > _FADE_AT_MOST_S or (playing.player.silent and faded_s > _FADED_S):
            self.close()
