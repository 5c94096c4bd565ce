"""What pen and picture do, measured where ink is made and told before the picture is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from exhibit.contract.records import Gesture, RecordWriter
from exhibit.contract.values import Floats, Frame, Ink, InkExtractor
from exhibit.engine.pen import Pen, PenWatch

_TRAVEL_S = 1.0
_FRESH = ("fresh_sheet", "sheet_in")


class GestureMeter:
    """Measures one gesture a frame."""

    def __init__(self) -> None:
        self._placed_at = 0.0
        self._place: Floats | None = None
        self._blank = True
        self._awake = False
        # Pen and sheet are told by the thread that makes ink, the others by the one that answers.
        self._drawn = self._answered = Gesture()

    def draw(self, ink: Ink, pen: Pen | None) -> Gesture:
        """Take in the ink of a frame, and the pen that was seen in it; None for none."""
        drawn, lies = self._drawn, float(ink.sheet is not None)
        if pen is None:
            self._drawn = replace(drawn, speed=0.0, sheet=lies)
        else:
            given = {"speed": pen.speed, "pan": pen.pan, "darkness": pen.darkness}
            self._drawn = replace(drawn, **given, sheet=lies)
        self._count(ink)
        return self.tell()

    def tell(self) -> Gesture:
        """Return the newest gesture."""
        drawn = self._drawn
        return replace(
            self._answered,
            speed=drawn.speed,
            pan=drawn.pan,
            darkness=drawn.darkness,
            sheet=drawn.sheet,
            fresh_sheets=drawn.fresh_sheets,
            first_lines=drawn.first_lines,
        )

    def move(self, place: Floats, at: float) -> None:
        """Take in where the code lies, (3,) in standard deviations, at `at` monotonic seconds."""
        # A code jumps with a frame and then rests: what counts is how far it went of late.
        left = math.exp(-max(at - self._placed_at, 0.0) / _TRAVEL_S)
        step = 0.0 if self._place is None else float(np.linalg.norm(place - self._place))
        travel = left * self._answered.travel + step
        x, y, z = (float(number) for number in place)
        self._place, self._placed_at = place, at
        self._answered = replace(self._answered, place_x=x, place_y=y, place_z=z, travel=travel)

    def recalled(self) -> None:
        """Count that the picture is drawn from another drawing of the collection."""
        self._answered = replace(self._answered, recalls=self._answered.recalls + 1)

    def rest(self, idle: bool) -> None:
        """Say whether the table is idle."""
        rests = self._answered.rests + (idle and self._awake)
        self._awake = not idle
        self._answered = replace(self._answered, awake=float(not idle), rests=rests)

    def _count(self, ink: Ink) -> None:
        names = {event.name for event in ink.events}
        fresh, first = self._drawn.fresh_sheets, self._drawn.first_lines
        if names.intersection(_FRESH):
            fresh += 1
            self._blank = True
        if self._blank and ink.sheet is not None and ink.bbox is not None:
            first += 1
            self._blank = False
        self._drawn = replace(self._drawn, fresh_sheets=fresh, first_lines=first)


class GestureTap:
    """An extractor that tells the gesture of each ink at once, before anything answers it.

    The picture takes some twenty milliseconds more, and sound need not wait for it.

    Args:
        extractor: makes the ink.
        pen: follows the pen in it.
        meter: measures the gesture.
        writer: tells what was measured.
    """

    def __init__(
        self,
        extractor: InkExtractor,
        pen: PenWatch,
        meter: GestureMeter,
        writer: RecordWriter[Gesture],
    ) -> None:
        self._extractor, self._pen, self._meter, self._writer = extractor, pen, meter, writer

    def extract(self, frame: Frame) -> Ink:
        """Return the ink of one frame."""
        ink = self._extractor.extract(frame)
        gesture = self._meter.draw(ink, self._pen.see(frame, ink))
        self._writer.publish(frame.sequence, frame.captured_at, gesture)
        return ink
