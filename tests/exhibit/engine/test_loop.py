"""The loop must answer what the visitor draws, and rest while nothing moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exhibit.contract.values import Code, Find, Floats, Frame, Gray, Ink, Picture, Recalled
from exhibit.engine.loop import Engine, Pipeline

SIZE = 8


def _sheet(value: int = 200) -> Gray:
    return np.full((SIZE, SIZE), value, np.uint8)


def _frame(sequence: int, pixels: Gray) -> Frame:
    return Frame(sequence, sequence / 10, pixels)


class CopyingExtractor:
    """The frame is its own ink; settled ink follows one frame later."""

    def __init__(self) -> None:
        self._before = _sheet()

    def extract(self, frame: Frame) -> Ink:
        live, settled, self._before = frame.pixels, self._before, frame.pixels
        nowhere = np.zeros((SIZE, SIZE), np.bool_)
        at = frame.sequence, frame.captured_at
        return Ink(*at, live, settled, _sheet(), _sheet(), live, nowhere, None, None, 0.0)


class CountingEncoder:
    """The code is the mean of the ink it was asked to look at."""

    def __init__(self) -> None:
        self.calls = 0
        self.recalled: Recalled | None = None

    def encode(self, ink: Ink, recalled: Recalled | None = None) -> Code:
        self.calls += 1
        self.recalled = recalled
        w_plus: Floats = np.full((2, 4), ink.settled.mean(), np.float32)
        return Code(ink.sequence, ink.captured_at, w_plus)


class SwitchedEditor:
    """Gives the same code back, or a moved one when `moves` is set."""

    moves = False

    def edit(self, code: Code, ink: Ink) -> Code:
        return replace(code, w_plus=code.w_plus + 1) if self.moves else code


class FlatGenerator:
    """A picture as grey as its code."""

    def synthesise(self, code: Code) -> Picture:
        pixels = np.full((4, 4), int(code.w_plus.mean()) % 256, np.uint8)
        return Picture(code.sequence, code.captured_at, pixels)


PAPER = np.full((4, 4), 255, np.uint8)


def _engine() -> tuple[Engine, CountingEncoder, SwitchedEditor]:
    encoder, editor = CountingEncoder(), SwitchedEditor()
    pipeline = Pipeline(CopyingExtractor(), encoder, editor, FlatGenerator(), PAPER)
    return Engine(pipeline, "settled"), encoder, editor


def test_engine_still_ink_is_answered_once() -> None:
    engine, encoder, _ = _engine()
    pictures = [engine.step(_frame(n, _sheet()))[1] for n in range(5)]
    assert [picture is not None for picture in pictures] == [True, False, False, False, False]
    assert encoder.calls == 1


def test_engine_blank_sheet_is_answered_with_paper_and_no_network() -> None:
    engine, encoder, _ = _engine()
    sheets = [_sheet(100), _sheet(255), _sheet(255), _sheet(255)]
    pictures = [engine.step(_frame(n, sheet))[1] for n, sheet in enumerate(sheets)]
    means = [None if picture is None else picture.pixels.mean() for picture in pictures]
    # Settled ink follows one frame later.
    assert means == [200, 100, 255, None]
    assert encoder.calls == 2


def test_engine_new_line_gives_a_new_picture_with_its_frame_and_time() -> None:
    engine, encoder, _ = _engine()
    sheets = [_sheet(), _sheet(), _sheet(100), _sheet(100), _sheet(100)]
    pictures = [engine.step(_frame(n, sheet))[1] for n, sheet in enumerate(sheets)]
    assert [n for n, picture in enumerate(pictures) if picture is not None] == [0, 3]
    answer = pictures[3]
    assert answer is not None
    assert (answer.sequence, answer.captured_at) == (3, 0.3)
    assert engine.ink_changed_at == 0.3
    assert encoder.calls == 2


def test_engine_answering_live_ink_does_not_wait_for_it_to_settle() -> None:
    engine, _, _ = _engine()
    engine.refresh("live")
    sheets = [_sheet(), _sheet(100), _sheet(100)]
    pictures = [engine.step(_frame(n, sheet))[1] for n, sheet in enumerate(sheets)]
    assert [n for n, picture in enumerate(pictures) if picture is not None] == [0, 1]


def test_engine_moving_direction_gives_pictures_without_encoding_again() -> None:
    engine, encoder, editor = _engine()
    engine.step(_frame(0, _sheet()))
    editor.moves = True
    picture = engine.step(_frame(1, _sheet()))[1]
    assert picture is not None
    assert picture.sequence == 1
    assert encoder.calls == 1


def test_engine_refreshed_settings_answer_the_same_ink_again() -> None:
    engine, encoder, _ = _engine()
    engine.step(_frame(0, _sheet()))
    engine.refresh("settled")
    assert engine.step(_frame(1, _sheet()))[1] is not None
    assert encoder.calls == 2
    assert set(engine.times.percentiles()) == {"ink", "encode", "edit", "synthesise"}


class SteppingRecaller:
    """Recalls nothing, then one drawing, then another one; each for as long as it is told."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.now = Recalled(0, 0.0, _sheet(), ())

    def find(self, drawing: int) -> None:
        found = Find(drawing, False, 1.0, np.zeros(2, np.float32), 0.5)
        self.now = Recalled(0, 0.0, _sheet(drawing), (found,))

    def recall(self, ink: Ink) -> Recalled:
        self.asked.append(ink.sequence)
        return self.now


def _remembering() -> tuple[Engine, CountingEncoder, SteppingRecaller]:
    encoder, recaller = CountingEncoder(), SteppingRecaller()
    pipeline = Pipeline(
        CopyingExtractor(), encoder, SwitchedEditor(), FlatGenerator(), _sheet(255), recaller
    )
    return Engine(pipeline, "live"), encoder, recaller


def test_step_encodes_anew_when_another_drawing_is_recalled_and_only_then() -> None:
    engine, encoder, recaller = _remembering()
    engine.step(_frame(1, _sheet(100)))
    engine.step(_frame(2, _sheet(100)))
    assert encoder.calls == 1
    recaller.find(7)
    engine.step(_frame(3, _sheet(100)))
    engine.step(_frame(4, _sheet(100)))
    assert encoder.calls == 2
    assert encoder.recalled is recaller.now
    assert [find.drawing for find in engine.finds] == [7]


def test_step_on_a_clean_sheet_asks_the_memory_and_shows_none_of_it() -> None:
    engine, _, recaller = _remembering()
    recaller.find(7)
    engine.step(_frame(1, _sheet(100)))
    _, picture = engine.step(_frame(2, _sheet(255)))
    assert picture is not None and picture.pixels.min() == 255
    assert recaller.asked == [1, 2], "it has to hear that the sheet is clean"
    assert engine.finds == ()
