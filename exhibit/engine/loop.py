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
    Find,
    Frame,
    Generator,
    Gray,
    Ink,
    InkExtractor,
    Picture,
    Recalled,
    Recaller,
)

_PAPER = 255


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """The stages, in order, and the picture (R, R[, 3]) of blank paper.

    `recaller` is None where the bundle has no memory.
    """

    extractor: InkExtractor
    encoder: Encoder
    editor: Editor
    generator: Generator
    paper: Gray
    recaller: Recaller | None = None


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
        self._recalled: Recalled | None = None
        self._code: Code | None = None
        self._shown: Code | Gray | None = None
        self.times = StageTimes("ink", "recall", "encode", "edit", "synthesise")
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
        recalled = self._recall(ink)
        if drawn.min() == _PAPER:
            return ink, self._answer_paper(frame)
        if self._code is None or self._is_new(drawn) or self._is_recalled_anew(recalled):
            with self.times.measure("encode"):
                self._code = self._pipeline.encoder.encode(ink, recalled)
            if self._is_new(drawn):
                self._drawn, self.ink_changed_at = drawn, frame.captured_at
            self._recalled = recalled
        with self.times.measure("edit"):
            code = self._pipeline.editor.edit(self._code, ink)
        if code is self._shown:  # the editor returns the same code while nothing moves
            return ink, None
        with self.times.measure("synthesise"):
            picture = self._pipeline.generator.synthesise(code)
        self._shown = code
        # A picture that directions moved belongs to the frame that saw them move.
        return ink, Picture(frame.sequence, frame.captured_at, picture.pixels)

    @property
    def code(self) -> Code | None:
        """The code of the newest picture; None for blank paper."""
        return self._shown if isinstance(self._shown, Code) else None

    @property
    def finds(self) -> tuple[Find, ...]:
        """What the newest picture was drawn from."""
        return () if self._recalled is None else self._recalled.finds

    def _recall(self, ink: Ink) -> Recalled | None:
        """Ask the memory, also on blank paper: it forgets what it showed when the sheet is gone."""
        if self._pipeline.recaller is None:
            return None
        with self.times.measure("recall"):
            return self._pipeline.recaller.recall(ink)

    def _is_new(self, drawn: Gray) -> bool:
        return self._drawn is None or not np.array_equal(drawn, self._drawn)

    def _is_recalled_anew(self, recalled: Recalled | None) -> bool:
        before = self._recalled
        if recalled is None or before is None:
            return recalled is not before
        return recalled.picture is not before.picture

    def _answer_paper(self, frame: Frame) -> Picture | None:
        # No network is asked what nothing looks like: a clean sheet stays clean.
        paper = self._pipeline.paper
        if self._shown is paper:
            return None
        self._shown, self._drawn, self.ink_changed_at = paper, None, frame.captured_at
        self._recalled = None
        return Picture(frame.sequence, frame.captured_at, paper)
