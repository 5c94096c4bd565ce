"""Sheets that lie below the one that is drawn on, with the ink they had when they were covered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Floats
from exhibit.ink.images import perspective
from exhibit.ink.sheet_ink import SheetInk, marks_that_shine_through

_SAME = 0.08
_MOVED_PX = 1.2
_DEEPEST = 8


@dataclass(frozen=True, slots=True, eq=False)
class _Below:
    """A sheet's ink, where it lay, and by what factor the next one changed its brightness."""

    ink: SheetInk
    anchor: Floats
    factor: float


class Pile:
    """Knows which ink counts when paper is laid on paper and taken away again."""

    def __init__(self) -> None:
        self._below: list[_Below] = []

    def turn(self, factor: float, ink: SheetInk, anchor: Floats) -> tuple[SheetInk, str]:
        """Take a change of the paper's brightness into account.

        Args:
            factor: by which all of the paper became brighter.
            ink: what counted until now.
            anchor: (4, 2) where its sheet lies.

        Returns:
            The ink that counts from now on: of the sheet below where one was taken away, else none
            yet; and the name of the event.
        """
        if self._below and abs(factor * self._below[-1].factor - 1.0) < _SAME:
            below = self._below.pop()
            if np.abs(anchor - below.anchor).max() < _MOVED_PX:
                return below.ink, "sheet_back"
            return below.ink.moved(perspective(below.anchor, anchor)), "sheet_back"
        self._below = [*self._below[1 - _DEEPEST :], _Below(ink, anchor, factor)]
        height, width = ink.seen.shape
        return SheetInk((height, width), marks_that_shine_through), "fresh_sheet"
