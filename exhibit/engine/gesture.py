"""What pen and picture do, measured where ink is made and told before the picture is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.records import Gesture, RecordWriter
from exhibit.contract.values import Floats, Frame, Gray, Ink, InkExtractor

_INK_BELOW = 128
# Sheet widths a second that are a fast pen, as in `exhibit.editing.modulation`.
_FULL_SPEED = 0.5
# Ink that appears faster was uncovered or laid down, not drawn: in sheet widths a second.
_FASTEST = 8.0
_LEAST_PX = 3.0
_FULL_CONTRAST = 0.6
"""Soft graphite, pressed hard, is this much darker than its paper."""
_TRAVEL_S = 1.0
_EVERY = 2
"""Darkness is looked up in every second row and column."""
_FRESH = ("fresh_sheet", "sheet_in")


class GestureMeter:
    """Measures one gesture a frame.

    Args:
        stroke_width_px: of the bundle's ink.
    """

    def __init__(self, stroke_width_px: float) -> None:
        self._stroke_width_px = stroke_width_px
        self._live: Gray | None = None
        self._mask: NDArray[np.uint8] | None = None
        self._seen_at = self._placed_at = 0.0
        self._place: Floats | None = None
        self._blank = True
        self._awake = False
        self._gesture = Gesture()

    def draw(self, frame: Frame, ink: Ink) -> Gesture:
        """Take in the ink of a frame."""
        speed, pan = self._pen(ink)
        darkness = self._darkness(frame, ink) if speed > 0 else self._gesture.darkness
        self._gesture = replace(
            self._gesture,
            speed=speed,
            pan=self._gesture.pan if pan is None else pan,
            darkness=darkness,
            sheet=float(ink.sheet is not None),
        )
        self._count(ink)
        self._live, self._mask = ink.live, ink.mask[::_EVERY, ::_EVERY]
        self._seen_at = frame.captured_at
        return self._gesture

    def tell(self) -> Gesture:
        """Return the newest gesture."""
        return self._gesture

    def move(self, place: Floats, at: float) -> None:
        """Take in where the code lies, (3,) in standard deviations, at `at` monotonic seconds."""
        # A code jumps with a frame and then rests: what counts is how far it went of late.
        left = math.exp(-max(at - self._placed_at, 0.0) / _TRAVEL_S)
        step = 0.0 if self._place is None else float(np.linalg.norm(place - self._place))
        travel = left * self._gesture.travel + step
        x, y, z = (float(number) for number in place)
        self._place, self._placed_at = place, at
        self._gesture = replace(self._gesture, place_x=x, place_y=y, place_z=z, travel=travel)

    def recalled(self) -> None:
        """Count that the picture is drawn from another drawing of the collection."""
        self._gesture = replace(self._gesture, recalls=self._gesture.recalls + 1)

    def rest(self, idle: bool) -> None:
        """Say whether the table is idle."""
        rests = self._gesture.rests + (idle and self._awake)
        self._awake = not idle
        self._gesture = replace(self._gesture, awake=float(not idle), rests=rests)

    def _pen(self, ink: Ink) -> tuple[float, float | None]:
        """Return speed 0..1 and pan −1..1, None where no pen was seen."""
        before = self._live
        if before is None or before.shape != ink.live.shape:
            return 0.0, None
        new = (ink.live < _INK_BELOW) & (before >= _INK_BELOW)
        columns = new.sum(axis=0)
        area_px, size = float(columns.sum()), ink.live.shape[0]
        if area_px < _LEAST_PX * self._stroke_width_px:
            return 0.0, None
        length = area_px / (self._stroke_width_px * size)
        speed = length / max(ink.captured_at - self._seen_at, 1e-3)
        if speed > _FASTEST:
            return 0.0, None
        middle = float(columns @ np.arange(size)) / area_px
        return min(speed / _FULL_SPEED, 1.0), 2.0 * middle / max(size - 1, 1) - 1.0

    def _darkness(self, frame: Frame, ink: Ink) -> float:
        """Return how much darker than its paper the newest ink is, 0..1."""
        pixels, mask = (array[::_EVERY, ::_EVERY] for array in (frame.pixels, ink.mask))
        if self._mask is None or self._mask.shape != mask.shape or pixels.shape != mask.shape:
            return self._gesture.darkness
        new = (mask == 0) & (self._mask != 0)
        paper = np.median(pixels[::4, ::4])
        if not new.any() or paper <= 0:
            return self._gesture.darkness
        contrast = 1.0 - float(pixels[new].mean()) / float(paper)
        return min(max(contrast / _FULL_CONTRAST, 0.0), 1.0)

    def _count(self, ink: Ink) -> None:
        names = {event.name for event in ink.events}
        fresh, first = self._gesture.fresh_sheets, self._gesture.first_lines
        if names.intersection(_FRESH):
            fresh += 1
            self._blank = True
        if self._blank and ink.sheet is not None and ink.bbox is not None:
            first += 1
            self._blank = False
        self._gesture = replace(self._gesture, fresh_sheets=fresh, first_lines=first)


class GestureTap:
    """An extractor that tells the gesture of each ink at once, before anything answers it.

    The picture takes some twenty milliseconds more, and sound need not wait for it.

    Args:
        extractor: makes the ink.
        meter: measures it.
        writer: tells what was measured.
    """

    def __init__(
        self, extractor: InkExtractor, meter: GestureMeter, writer: RecordWriter[Gesture]
    ) -> None:
        self._extractor, self._meter, self._writer = extractor, meter, writer

    def extract(self, frame: Frame) -> Ink:
        """Return the ink of one frame."""
        ink = self._extractor.extract(frame)
        gesture = self._meter.draw(frame, ink)
        self._writer.publish(frame.sequence, frame.captured_at, gesture)
        return ink
