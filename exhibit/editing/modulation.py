"""What moves a direction's strength by itself: time, the time of day, the ink, or the pen."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from exhibit.contract.records import SILENCE, Heard
from exhibit.contract.settings.schema import ModulationConfig
from exhibit.contract.values import Ink
from exhibit.editing.schedule import Timetable

# A sheet with this share of ink drives half the depth; an ordinary drawing covers 1 to 5 %.
_HALF_COVERAGE = 0.02
# A pen that draws this many sheet widths a second drives the full depth.
_FULL_SPEED = 0.5
# The walk's standard deviation as a share of its depth, at which it is cut.
_WALK_DEVIATION = 0.5
# Live ink is drawn anew only so often where settled ink is answered.
_LOOK_EVERY_S = 0.25
# Drives from the camera and the time of day move in steps, so that a resting picture rests.
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Moment:
    """What modulation can see.

    Args:
        dt_s: time passed.
        coverage, pen_speed: share of the sheet inked, and how fast the pen is; both 0..1.
        day_s: seconds since midnight, local time.
        heard: how loud it is at the table, and whether something begins.
    """

    dt_s: float
    coverage: float
    pen_speed: float
    day_s: float
    heard: Heard = SILENCE


class Modulator(Protocol):
    """A drive: −1..1, times the depth, is added to the strength."""

    restless: bool

    def drive(self, moment: Moment) -> float:
        """Go on by the moment's time and return the drive."""


class Still:
    """No modulation."""

    restless = False

    def drive(self, moment: Moment) -> float:
        """Return 0."""
        return 0.0


class Sine:
    """A sine of a period in seconds, beginning at 0."""

    restless = True

    def __init__(self) -> None:
        self.period_s = 1.0
        self._turns = 0.0

    def drive(self, moment: Moment) -> float:
        """Return the sine; time that was not passed in does not count, so it never jumps."""
        self._turns = (self._turns + moment.dt_s / self.period_s) % 1.0
        return math.sin(2 * math.pi * self._turns)


class RandomWalk:
    """A walk that returns to 0 with a time constant in seconds, the same for any frame rate.

    Source: Ornstein-Uhlenbeck process, exact update (Gillespie 1996, eqs. 1.9 and 3.1).
    """

    restless = True

    def __init__(self, seed: int) -> None:
        self.period_s = 1.0
        self._random = np.random.default_rng(seed)
        self._position = 0.0

    def drive(self, moment: Moment) -> float:
        """Return the position of the walk, cut to −1..1."""
        kept = math.exp(-moment.dt_s / self.period_s)
        kick = _WALK_DEVIATION * math.sqrt(1 - kept * kept)
        self._position = self._position * kept + kick * float(self._random.standard_normal())
        return min(max(self._position, -1.0), 1.0)


class Coverage:
    """0 on blank paper, towards 1 as the sheet fills."""

    restless = False

    def drive(self, moment: Moment) -> float:
        """Return the drive of the ink that is on the sheet."""
        return moment.coverage


class PenSpeed:
    """0 for a resting pen, 1 for a fast one."""

    restless = False

    def drive(self, moment: Moment) -> float:
        """Return the drive of the pen."""
        return moment.pen_speed


class SoundLevel:
    """0 in silence, 1 where it is loud."""

    restless = False

    def drive(self, moment: Moment) -> float:
        """Return the drive of how loud it is."""
        return _stepped(moment.heard.level)


class SoundOnset:
    """1 where a sound begins, then back to 0."""

    restless = False

    def drive(self, moment: Moment) -> float:
        """Return the drive of the newest onset."""
        return _stepped(moment.heard.onset)


class Schedule:
    """A strength for every time of the day, as a share of the largest one."""

    restless = False

    def __init__(self, timetable: Timetable) -> None:
        self.depth = timetable.largest
        self._timetable = timetable

    def drive(self, moment: Moment) -> float:
        """Return −1..1; times `depth` it is the timetable's strength, in steps."""
        return _stepped(self._timetable.strength(moment.day_s) / self.depth)


def make_modulator(config: ModulationConfig, name: str, before: Modulator | None) -> Modulator:
    """Return the modulator of one direction.

    Args:
        config: kind, depth and period.
        name: the direction's, which seeds its random walk.
        before: the modulator until now; one of the same kind goes on from where it is.
    """
    if config.kind == "schedule":
        timetable = Timetable(config.points)
        return Schedule(timetable) if timetable.largest > 0 else Still()
    if config.depth == 0:
        return Still()
    match config.kind:
        case "sine":
            sine = before if isinstance(before, Sine) else Sine()
            sine.period_s = config.period_s
            return sine
        case "random_walk":
            seed = zlib.crc32(name.encode())
            walk = before if isinstance(before, RandomWalk) else RandomWalk(seed)
            walk.period_s = config.period_s
            return walk
        case "coverage":
            return Coverage()
        case "pen_speed":
            return PenSpeed()
        case "sound_level":
            return SoundLevel()
        case "sound_onset":
            return SoundOnset()
        case "none":
            return Still()


def coverage_drive(coverage: float) -> float:
    """Return 0..1 for a share of the sheet that is ink."""
    return _stepped(coverage / (coverage + _HALF_COVERAGE))


class PenMeter:
    """Measures how fast a pen draws from how much line appears between two inks."""

    def __init__(self, stroke_width_px: float) -> None:
        self._stroke_width_px = stroke_width_px
        self._seen: tuple[float, float] | None = None
        self._drive = 0.0

    def drive(self, ink: Ink) -> float:
        """Return 0..1, the same until it is looked at again."""
        seen, at = self._seen, ink.captured_at
        if seen is not None and 0.0 <= at - seen[0] < _LOOK_EVERY_S:
            return self._drive
        length = self._length(ink)
        if seen is not None:
            speed = max(length - seen[1], 0.0) / max(at - seen[0], _LOOK_EVERY_S)
            self._drive = _stepped(min(speed / _FULL_SPEED, 1.0))
        self._seen = (at, length)
        return self._drive

    def _length(self, ink: Ink) -> float:
        """Return the length of all lines in sheet widths: their area over their width."""
        size: int = ink.live.shape[0]
        area_px = size * size - float(ink.live.sum()) / 255.0
        return area_px / (self._stroke_width_px * size)


def _stepped(drive: float) -> float:
    return round(drive / _STEP) * _STEP
