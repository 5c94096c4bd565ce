"""One visit at the table: inks that follow each other on one sheet, and what is shown for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

import numpy as np

from exhibit.contract.values import Gray, Ink, Recalled
from exhibit.recall.memory import Memory
from exhibit.recall.recaller import MemoryRecaller

_LOOKS_S = (0.0, 0.1, 0.8, 2.0)
"""When the table looks at an ink after it has settled: the search, its answer, another drawing that
is better for long enough, and the end of a fade."""
_APART_S = 3.0
_PAPER = 255


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What the memory shows for an ink at last: `recalled` (R, R) uint8, and rows of drawings.

    `ink` is what is left to be drawn beside it, (S, S) uint8.
    """

    recalled: Gray
    drawings: tuple[int, ...]
    ink: Gray


class _AtOnce(Executor):
    """Runs what is submitted before it goes on, so that a measure does not depend on the clock."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def sit(memory: Memory, inks: Sequence[Gray]) -> list[Shown]:
    """Let the table's recaller see inks one after the other, each until its answer rests.

    Args:
        memory: what is recalled from.
        inks: each (S, S) uint8 on the same sheet, in the order of drawing.
    """
    recaller = MemoryRecaller(memory, len(inks[0]), "settled", _AtOnce())
    blank = np.full_like(inks[0], _PAPER)
    shown = []
    for number, ink in enumerate(inks):
        for look_s in _LOOKS_S:
            at_s = number * _APART_S + look_s
            recalled = recaller.recall(Ink.at_rest(ink, blank, captured_at=at_s))
        shown.append(_what(recalled, ink))
    recaller.close()
    return shown


def _what(recalled: Recalled, ink: Gray) -> Shown:
    drawings = tuple(find.drawing for find in recalled.finds)
    return Shown(recalled.picture, drawings, ink if recalled.ink is None else recalled.ink)
