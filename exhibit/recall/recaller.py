"""The recaller: groups the ink, searches beside the loop, bends in it, lays all in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np

from exhibit.contract.values import Find, Gray, Ink, Recalled
from exhibit.recall.bending import Bendable
from exhibit.recall.beside import left_of
from exhibit.recall.calm import is_same
from exhibit.recall.choosing import best_posed, drawn_in_pose
from exhibit.recall.composing import MOST_RECALLED, drawn_side, together
from exhibit.recall.figures import Figure, Laid, cells_of, share_gone
from exhibit.recall.groups import figures_on
from exhibit.recall.memory import Memory

_ANOTHER_SHEET = frozenset({"sheet_in", "sheet_out", "fresh_sheet"})


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """Which drawing fits a figure's ink better than the one that is kept?"""

    figure: Figure
    ink: Gray
    kept: Find | None


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The answer: the best finds, and the best of them laid where it is not the one kept."""

    question: _Question
    finds: tuple[Find, ...]
    best: Laid | None


class MemoryRecaller:
    """Recalls drawings of a memory (`exhibit.contract.values.Recaller`).

    It answers at once with what it knows: a search takes longer than a frame, and runs in a thread,
    one at a time. What is found is shown with the first frame after it.

    Args:
        memory: the drawings, at least one.
        side_px: side of the pictures.
        answer: which ink is answered, as in `ink.answer`.
        beside: runs the searches; a thread of its own if left out.
    """

    def __init__(
        self,
        memory: Memory,
        side_px: int,
        answer: Literal["settled", "live"],
        beside: Executor | None = None,
    ) -> None:
        self._memory, self._side_px = memory, side_px
        self._drawn_px = drawn_side(side_px)
        self._answer = answer
        self._beside = beside or ThreadPoolExecutor(1, thread_name_prefix="recall")
        self._search: Future[list[_Found]] | None = None
        self._figures: list[Figure] = []
        self._drawn: Gray | None = None
        self._pictures: list[Gray] = []
        self._recalled: Recalled | None = None

    def configure(self, answer: Literal["settled", "live"]) -> None:
        """Choose which ink is answered."""
        self._answer = answer

    def close(self) -> None:
        """Let the search that runs come to its end, and wait for it."""
        self._beside.shutdown()

    def recall(self, ink: Ink) -> Recalled:
        """Return what the memory holds for the ink; the same value while nothing changes.

        Args:
            ink: its settled or live picture is (S, S) uint8.
        """
        if any(event.name in _ANOTHER_SHEET for event in ink.events):
            self._figures = []
        drawn = ink.live if self._answer == "live" else ink.settled
        if drawn is not self._drawn:
            self._group(drawn, ink.captured_at)
            self._drawn = drawn
        self._collect()
        self._look_for(ink.captured_at)
        pictures = [figure.draw(ink.captured_at) for figure in self._figures]
        same = len(pictures) == len(self._pictures) and all(
            new is old for new, old in zip(pictures, self._pictures, strict=True)
        )
        if self._recalled is None or not same:
            self._pictures = pictures
            finds = (figure.find for figure in self._figures)
            self._recalled = Recalled(
                ink.sequence,
                ink.captured_at,
                together(pictures, self._side_px),
                tuple(find for find in finds if find is not None),
                left_of(drawn, [(figure.group.ink, figure.beside) for figure in self._figures]),
            )
        return self._recalled

    def _group(self, drawn: Gray, now_s: float) -> None:
        """Let every group of ink go on with the figure that it was part of."""
        groups = figures_on(drawn)
        left = dict(enumerate(self._figures))
        figures = []
        for one in groups:
            cells = cells_of(one.ink)
            shared = {k: np.count_nonzero(cells & figure.cells) for k, figure in left.items()}
            most = max(shared, key=lambda k: shared[k], default=None)
            if most is None or shared[most] == 0:
                figures.append(Figure(one, self._drawn_px))
            else:
                figure = left.pop(most)
                figure.take(one)
                figures.append(figure)
        for figure in left.values():
            heir = next((one for one in figures if share_gone(figure.cells, one.cells) < 0.5), None)
            if heir is not None:
                heir.absorb(figure, now_s)
        self._figures = figures

    def _collect(self) -> None:
        """Hand out what has been found; raises what the search raised."""
        if self._search is None or not self._search.done():
            return
        found, self._search = self._search.result(), None
        for one in found:
            question = one.question
            # What was asked of another sheet, or when another drawing was kept, is asked again.
            if question.figure.kept is question.kept:
                question.figure.answer(one.finds, one.best)
            else:
                question.figure.search_again()

    def _look_for(self, now_s: float) -> None:
        """Begin to search for the figures whose ink has changed since, when none is running."""
        if self._search is not None:
            return
        # The largest come first, and those that are recalled already before all others.
        drawings = [figure for figure in self._figures if not figure.is_writing]
        drawings.sort(key=lambda figure: figure.kept is None)
        questions = [
            _Question(figure, figure.group.ink, figure.kept)
            for figure in drawings[:MOST_RECALLED]
            if figure.is_to_be_searched(now_s)
        ]
        if not questions:
            return
        for question in questions:
            question.figure.search(now_s)
        self._search = self._beside.submit(_find, self._memory, questions, self._drawn_px)


def _find(memory: Memory, questions: Sequence[_Question], side_px: int) -> list[_Found]:
    """Search for each figure, and lay the best find where it is another than the one kept."""
    found = []
    for question in questions:
        kept = () if question.kept is None else (question.kept,)
        finds = memory.search(question.ink, also=kept)
        posed = best_posed(memory, finds, question.ink)
        best = None
        if posed and not any(is_same(posed[0].find, k) for k in kept):
            best = Laid(posed[0].find, Bendable(drawn_in_pose(memory, posed[0], side_px)))
        tried = [one.find for one in posed]
        finds = [*tried, *(find for find in finds if find not in tried)]
        found.append(_Found(question, tuple(finds), best))
    return found
