"""From what the engine sees to what is played."""

from __future__ import annotations

import time
from collections.abc import Callable

from exhibit.contract.records import Gesture, RecordWatch
from exhibit.contract.settings.sound import SoundConfig
from exhibit.sound.score import Levels, Score

_FADES_S = 0.3
"""A gesture that nobody has renewed for this long is over: the engine has ended, or waits."""
_FARTHEST = 2.0


class Composer:
    """Has the newest score whenever a device asks for a block; never waits.

    The device's thread calls it, so that what the engine tells is heard with the next block and no
    other thread need look for it.

    Attributes:
        sound: the settings' section; whoever follows the settings replaces it whole.

    Args:
        gestures: what the engine tells.
        sound: how loud each part is to be.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        gestures: RecordWatch[Gesture],
        sound: SoundConfig,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gestures, self.sound, self._clock = gestures, sound, clock
        self._composed_with: SoundConfig | None = None
        self._fresh = False
        self._score = Score()

    def __call__(self) -> Score:
        """Return the newest score; the same one until something is different."""
        gestures, sound, now = self._gestures, self.sound, self._clock()
        has_news = gestures.look()
        told_at = gestures.published_at
        fresh = now - told_at < _FADES_S
        if has_news or fresh is not self._fresh or sound is not self._composed_with:
            self._fresh, self._composed_with = fresh, sound
            self._score = compose(gestures.newest, gestures.captured_at, told_at, now, sound)
        return self._score


def compose(
    gesture: Gesture, captured_at: float, told_at: float, now: float, sound: SoundConfig
) -> Score:
    """Return the score of a gesture.

    Args:
        gesture: the newest.
        captured_at: monotonic seconds of its frame.
        told_at: monotonic seconds of when it was told.
        now: monotonic seconds.
        sound: how loud each part is to be.
    """
    fresh = 1.0 if now - told_at < _FADES_S else 0.0
    x, y, z = (
        min(max(at, -_FARTHEST), _FARTHEST)
        for at in (gesture.place_x, gesture.place_y, gesture.place_z)
    )
    return Score(
        speed=fresh * min(max(gesture.speed, 0.0), 1.0),
        darkness=min(max(gesture.darkness, 0.0), 1.0),
        pan=min(max(gesture.pan, -1.0), 1.0),
        place=(x, y, z),
        travel=fresh * min(max(gesture.travel, 0.0), 1.0),
        awake=fresh * gesture.awake,
        fresh_sheets=int(gesture.fresh_sheets),
        first_lines=int(gesture.first_lines),
        recalls=int(gesture.recalls),
        rests=int(gesture.rests),
        levels=Levels(sound.volume, sound.grain, sound.bed, sound.cues),
        captured_at=captured_at,
        told_at=told_at,
    )
