"""The course of a visit, as the stage sees it: which of its modes holds now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from exhibit.contract.records import Gesture, RecordReader
from exhibit.contract.settings.schema import Config
from exhibit.contract.slot import Published
from exhibit.stage.engine_view import ATTACH_EVERY_S
from exhibit.stage.mode import Mode, Orders

_INK_BELOW = 128
_PEN_WAIT_S = 4.0
"""A pen that was seen is answered sooner than this; what was none is forgotten then."""


@dataclass(frozen=True, slots=True)
class _Happened:
    """What the newest gesture says that the one before did not."""

    fresh: bool = False
    pen: bool = False
    gone: bool = False
    sheet: bool = False


class Visit:
    """Chooses the mode of the stage from what happens on the paper.

    A sheet that is taken away leaves its last picture for a while. A fresh sheet begins clean, also
    while the picture before it lingers. A pen ends the attract loop before there is an answer.

    Args:
        run_dir: folder shared with the other processes.
    """

    def __init__(self, run_dir: Path) -> None:
        self._gestures = RecordReader(run_dir, Gesture, ATTACH_EVERY_S)
        self._seen: Gesture | None = None
        self._mode = Mode.ATTRACT
        self._until = 0.0
        self._ended = False
        self._picture: Published | None = None
        self._drawn = False

    def has_news(self) -> bool:
        """Return whether there is a gesture that was not looked at yet."""
        return self._gestures.has_news()

    def choose(
        self, now: float, orders: Orders, picture: Published | None, idle: bool, config: Config
    ) -> Mode:
        """Return what to show.

        Args:
            now: monotonic seconds.
            orders: what the operator asked for.
            picture: the engine's newest; None where it has none, or shows no life.
            idle: the engine says that nobody draws.
            config: the settings in force.
        """
        happened = self._look()
        answer = None if idle else picture
        self._mode = self._next(now, happened, answer, config)
        if self._mode is Mode.PICTURE:
            self._remember(answer)
        if orders.blank:
            return Mode.BLANK
        return Mode.FROZEN if orders.freeze else self._mode

    def _next(
        self, now: float, happened: _Happened, answer: Published | None, config: Config
    ) -> Mode:
        if happened.fresh or (happened.pen and self._mode is Mode.ATTRACT):
            wait_s = config.stage.attract_after_s if happened.fresh else _PEN_WAIT_S
            self._until, self._ended = now + wait_s, False
            self._picture = answer
            return Mode.CLEAN
        if happened.gone and self._mode is Mode.PICTURE and self._drawn:
            self._until = now + config.visit.linger_s
            return Mode.LINGERING
        if self._mode is Mode.LINGERING and not happened.sheet:
            if now < self._until:
                return Mode.LINGERING
            # Directions may still move the picture; it is nobody's any more.
            self._ended = True
        if self._mode is Mode.CLEAN and now < self._until:
            newer = answer is not None and answer is not self._picture
            return Mode.PICTURE if newer else Mode.CLEAN
        self._ended = self._ended and not happened.sheet
        return Mode.ATTRACT if answer is None or self._ended else Mode.PICTURE

    def _look(self) -> _Happened:
        before, newest = self._seen, self._gestures.look()
        self._seen = newest
        sheet = newest.sheet > 0
        # An engine that starts again counts from nothing.
        if before is None or newest is before or newest.fresh_sheets < before.fresh_sheets:
            return _Happened(sheet=sheet)
        return _Happened(
            fresh=newest.fresh_sheets > before.fresh_sheets,
            pen=newest.speed > 0 or newest.first_lines > before.first_lines,
            gone=before.sheet > 0 and not sheet,
            sheet=sheet,
        )

    def _remember(self, answer: Published | None) -> None:
        if answer is not self._picture and answer is not None:
            self._drawn = bool(answer.pixels.min() < _INK_BELOW)
        self._picture = answer
