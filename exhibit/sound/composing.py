"""From what the engine sees to what is played."""

from __future__ import annotations

from exhibit.contract.records import Gesture
from exhibit.contract.settings.schema import SoundConfig
from exhibit.sound.score import Levels, Score

_FADES_S = 0.3
"""A gesture that nobody has renewed for this long is over: the engine has ended, or waits."""
_FARTHEST = 2.0


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
