"""The loop itself: frame to ink, ink to code, code to code, code to picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from exhibit.contract.timing import StageTimes
from exhibit.contract.values import (
    Code,
    Editor,
    Encoder,
    Frame,
    Generator,
    Gray,
    Ink,
    InkExtractor,
    Picture,
)

_PAPER = 255


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """The stages, in order, and the picture (R, R[, 3]) of blank paper."""

    extractor: InkExtractor
    encoder: Encoder
    editor: Editor
    generator: Generator
    paper: Gray


class Engine:
    """Answers frames with pictures, a blank sheet with paper, and rests while nothing moves.

    Args:
        pipeline: the stages, opened and warmed up.
        answer: which ink the picture answers, as in `ink.answer`.
    """

    def __init__(self, pipeline: Pipeline, answer: Literal["settled", "live"]) -> None:
        self._pipeline = pipeline
        self._answer = answer
        self._drawn: Gray | None = None
        self._code: Code | None = None
        self._shown: Code | Gray | None = None
        self.times = StageTimes("ink", "encode", "edit", "synthesise")
        self.ink_changed_at = 0.0

    def refresh(self, answer: Literal["settled", "live"]) -> None:
        """Answer the next frame anew, after the settings of a stage have changed."""
        self._answer = answer
        self._drawn = self._shown = None

    def step(self, frame: Frame) -> tuple[Ink, Picture | None]:
        """Return the ink of a frame, and a new picture where ink or directions have moved."""
        with self.times.measure("ink"):
            ink = self._pipeline.extractor.extract(frame)
        drawn = ink.live if self._answer == "live" else ink.settled
        if drawn.min() == _PAPER:
            return ink, self._answer_paper(frame)
        before = self._drawn
        if self._code is None or before is None or not np.array_equal(drawn, before):
            with self.times.measure("encode"):
                self._code = self._pipeline.encoder.encode(ink)
            self._drawn, self.ink_changed_at = drawn, frame.captured_at
        with self.times.measure("edit"):
            code = self._pipeline.editor.edit(self._code, ink)
        if code is self._shown:  # the editor returns the same code while nothing moves
            return ink, None
        with self.times.measure("synthesise"):
            picture = self._pipeline.generator.synthesise(code)
        self._shown = code
        # A picture that directions moved belongs to the frame that saw them move.
        return ink, Picture(frame.sequence, frame.captured_at, picture.pixels)

    def _answer_paper(self, frame: Frame) -> Picture | None:
        # No network is asked what nothing looks like: a clean sheet stays clean.
        paper = self._pipeline.paper
        if self._shown is paper:
            return None
        self._shown, self._drawn, self.ink_changed_at = paper, None, frame.captured_at
        return Picture(frame.sequence, frame.captured_at, paper)
