"""Speed, darkness and place of the pen are measured from what appears, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.records import Gesture, RecordReader, RecordWriter
from exhibit.contract.values import Frame, Gray, Ink, InkEvent
from exhibit.engine.gesture import GestureMeter, GestureTap
from exhibit.engine.pen import PenWatch

SIZE, STROKE_PX, FRAME_S = 128, 2.0, 1 / 30
SHEET = np.array([[0, 0], [SIZE, 0], [SIZE, SIZE], [0, SIZE]], np.float32) - np.float32(0.5)
PAPER, GREY = 200, 100


def _square(rows: slice, columns: slice) -> Gray:
    pixels = np.full((SIZE, SIZE), 255, np.uint8)
    pixels[rows, columns] = 0
    return pixels


class Visitor:
    """Draws on a frame that is as large as its ink."""

    def __init__(self) -> None:
        self.meter, self.pen = GestureMeter(), PenWatch(np.eye(3))
        self._drawn = np.full((SIZE, SIZE), 255, np.uint8)
        self._sequence = 0

    def see(self, drawn: Gray, grey: int = GREY, *events: str) -> Gesture:
        self._sequence += 1
        self._drawn = np.minimum(self._drawn, drawn)
        frame, ink = self._seen(self._drawn, grey, events)
        return self.meter.draw(ink, self.pen.see(frame, ink))

    def _seen(self, drawn: Gray, grey: int, events: tuple[str, ...]) -> tuple[Frame, Ink]:
        at = self._sequence * FRAME_S
        frame = Frame(self._sequence, at, np.where(drawn == 0, grey, PAPER).astype(np.uint8))
        nothing, inked = np.full_like(drawn, 255), bool((drawn == 0).any())
        return frame, Ink(
            *(self._sequence, at, drawn, drawn, nothing, nothing, drawn),
            np.zeros(drawn.shape, np.bool_),
            SHEET,
            (0.0, 0.0, 1.0, 1.0) if inked else None,
            0.0,
            tuple(InkEvent(name) for name in events),
            sheet_state="resting",
        )


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    visitor = Visitor()
    visitor.see(_square(slice(0), slice(0)), GREY, "fresh_sheet")
    yield visitor


def _stroke(left: int, right: int, top: int = 60) -> Gray:
    return _square(slice(top, top + int(STROKE_PX)), slice(left, right))


def test_meter_of_a_stroke_gives_its_speed_and_place(visitor: Visitor) -> None:
    gesture = visitor.see(_stroke(0, 1))
    assert gesture.speed == 0.0  # a speck is no stroke
    for number in range(4):
        gesture = visitor.see(_stroke(100, 101 + number))
    # A pixel in each frame but the first, seen over a tenth of a second.
    assert gesture.speed == pytest.approx(3 / SIZE / (3 * FRAME_S) / 0.5, rel=0.01)
    assert gesture.pan == pytest.approx(2 * 103 / SIZE - 1, abs=0.01)
    for _ in range(3):
        gesture = visitor.see(_stroke(100, 101))
    assert gesture.speed == 0.0


@pytest.mark.parametrize("width_px", [2, 6])
def test_meter_of_a_broad_pen_gives_the_speed_of_a_thin_one(
    visitor: Visitor, width_px: int
) -> None:
    visitor.see(_square(slice(60, 60 + width_px), slice(0, 40)))
    for _ in range(3):
        visitor.see(_stroke(0, 1))
    gesture = visitor.see(_square(slice(60, 60 + width_px), slice(40, 44)))
    assert gesture.speed == pytest.approx(4 / SIZE / (3 * FRAME_S) / 0.5, rel=0.3)


def test_meter_of_a_camera_that_trembles_hears_no_pen(visitor: Visitor) -> None:
    visitor.see(_stroke(20, 100))
    visitor.see(_stroke(20, 100))
    for shift in (1.3, -0.8, 2.4):
        frame, ink = visitor._seen(visitor._drawn, GREY, ())
        moved = np.roll(ink.mask, round(shift), axis=1)
        shaken = replace(ink, mask=moved, sheet=SHEET + np.float32([shift, 0]))
        pen = visitor.pen.see(frame, shaken)
        assert pen is None


def test_meter_of_a_sheet_that_is_moved_hears_no_pen(visitor: Visitor) -> None:
    visitor.see(_stroke(20, 60))
    frame, ink = visitor._seen(visitor._drawn, GREY, ())
    assert visitor.pen.see(frame, replace(ink, sheet_state="moving")) is None
    elsewhere = replace(ink, mask=np.roll(ink.mask, 20, axis=0))
    assert visitor.pen.see(frame, elsewhere) is None


def test_meter_of_a_black_line_is_darker_than_of_a_faint_one() -> None:
    found = []
    for grey in (60, 140):
        visitor = Visitor()
        visitor.see(_square(slice(0), slice(0)))
        found.append(visitor.see(_stroke(20, 40), grey).darkness)
    assert found == [1.0, pytest.approx(0.5)]


def test_meter_of_ink_that_is_laid_down_or_uncovered_hears_no_pen(visitor: Visitor) -> None:
    visitor.see(_stroke(0, 1))
    visitor.see(_stroke(0, 1))
    # A third of the sheet's width in one frame: ten sheets a second, which no pen draws.
    for _ in range(4):
        assert visitor.see(_stroke(40, 83)).speed == 0.0


def test_meter_counts_a_fresh_sheet_and_its_first_line_once(visitor: Visitor) -> None:
    visitor.see(_stroke(20, 40))
    gesture = visitor.see(_stroke(20, 60))
    assert (gesture.fresh_sheets, gesture.first_lines) == (1, 1)
    gesture = visitor.see(_stroke(20, 60), GREY, "sheet_in")
    assert (gesture.fresh_sheets, gesture.first_lines) == (2, 2)


def test_meter_of_a_code_that_moves_tells_place_and_travel(visitor: Visitor) -> None:
    for number in range(2):
        visitor.meter.move(np.array([number * 0.1, 0.0, -1.0], np.float32), at=number * 0.2)
    gesture = visitor.meter.tell()
    assert (gesture.place_x, gesture.place_z) == (pytest.approx(0.1), -1.0)
    assert gesture.travel == pytest.approx(0.1)
    visitor.meter.move(np.array([0.1, 0.0, -1.0], np.float32), at=5.2)
    assert visitor.meter.tell().travel < 0.001


def test_meter_counts_rest_once_and_wakes_again(visitor: Visitor) -> None:
    for idle, expected in ((True, (0.0, 0)), (False, (1.0, 0)), (True, (0.0, 1)), (True, (0.0, 1))):
        visitor.meter.rest(idle)
        gesture = visitor.see(_stroke(0, 1))
        assert (gesture.awake, gesture.rests) == expected


def test_tap_tells_a_gesture_with_the_time_of_its_frame(tmp_path: Path) -> None:
    visitor, told = Visitor(), RecordReader(tmp_path, Gesture)

    class Given:
        def extract(self, frame: Frame) -> Ink:
            return visitor._seen(_stroke(0, 50), GREY, ())[1]

    tap = GestureTap(Given(), visitor.pen, visitor.meter, RecordWriter(tmp_path, Gesture))
    frame, _ = visitor._seen(_stroke(0, 50), GREY, ())
    ink = tap.extract(Frame(7, 3.25, frame.pixels))
    assert ink.live.shape == (SIZE, SIZE)
    told.look()
    assert told.captured_at == 3.25
