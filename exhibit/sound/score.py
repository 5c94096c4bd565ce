"""What the synthesiser plays: one record that is replaced whole, so that no lock is needed."""

from __future__ import annotations

from dataclasses import dataclass

BLOCK = 512
"""Frames that are synthesised at a time, whatever the device asks for."""
LOOK_AHEAD = 256
"""Frames by which the limiter delays what is heard."""
HEARD_BLOCK = 1024
"""Frames that are listened to at a time: as often as frames of the camera come."""
CHANNELS_MOST = 2


@dataclass(frozen=True, slots=True)
class Levels:
    """How loud each part is, 0..1; `volume` comes after the limiter."""

    volume: float = 1.0
    grain: float = 1.0
    bed: float = 1.0
    cues: float = 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """Everything the next block depends on; the loop makes new ones, the newest is played.

    Cues are counted, not sent: a count that has risen plays its cue, and none is lost where two
    records follow each other between two blocks.

    Args:
        speed: of the pen, 0 at rest, 1 fast.
        darkness: of the line, 0 faint, 1 black.
        pan: where the pen is, −1 left, 1 right of the visitor.
        place: where the code lies along three axes of the latent space, about −2..2.
        travel: how fast the code moves, 0 at rest, 1 fast.
        awake: 0 while nobody draws, 1 while somebody does.
        fresh_sheets, first_lines, recalls, rests: how often each cue was due so far.
        levels: how loud each part is.
        captured_at, told_at: monotonic seconds of the frame in which the pen was seen, and of when
            the engine told of it.
    """

    speed: float = 0.0
    darkness: float = 0.0
    pan: float = 0.0
    place: tuple[float, float, float] = (0.0, 0.0, 0.0)
    travel: float = 0.0
    awake: float = 0.0
    fresh_sheets: int = 0
    first_lines: int = 0
    recalls: int = 0
    rests: int = 0
    levels: Levels = Levels()
    captured_at: float = 0.0
    told_at: float = 0.0


SILENCE = Score(levels=Levels(volume=0.0))
