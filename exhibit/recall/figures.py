"""One figure on the sheet: its ink, the drawing that is kept for it, and how it is bent now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Find, Gray
from exhibit.recall.bending import Bendable, Bent
from exhibit.recall.beside import beside
from exhibit.recall.calm import Choice, Fade, Patience
from exhibit.recall.groups import Group
from exhibit.recall.handwriting import in_pen_line, writing

_GONE = 0.25
"""Share of its ink that has to go for a figure to be looked for anew, and shown at once."""
_WRITES, _DRAWS = 0.7, 0.4
"""A drawing is taken for handwriting above the one, and that for a drawing below the other."""
_CELLS = 32

Cells = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """A find whose drawing is laid over the ink, ready to be bent."""

    find: Find
    bendable: Bendable


class Figure:
    """A group of ink while it grows, and what is shown for it.

    Args:
        group: its ink.
        side_px: side of its picture.

    Attributes:
        group: its ink now.
        cells: (32, 32) bool, where that ink is.
        is_writing: whether it is handwriting, in which nobody looks for drawings.
        beside: the ink of its newest picture that is to be drawn beside it, `group.ink` for all.
    """

    def __init__(self, group: Group, side_px: int) -> None:
        self._side_px = side_px
        self._choice, self._fade, self._patience = Choice(), Fade(), Patience()
        self._laid: Laid | None = None
        self._offered: Laid | None = None
        self._bent: Bent | None = None
        self._drawn = self._shown = np.full((side_px, side_px), 255, np.uint8)
        self._is_stale, self._is_at_once = True, True
        self.group = group
        self._searched: Gray | None = None
        self._searched_at_s = -np.inf
        self.beside = group.ink
        self.cells = self._seen = cells_of(group.ink)
        self._likeness = writing(group.ink)
        self.is_writing = self._likeness > _WRITES

    @property
    def find(self) -> Find | None:
        """The find that is shown; None for handwriting, and where nothing fits."""
        return None if self.is_writing or self._laid is None else self._laid.find

    @property
    def kept(self) -> Find | None:
        """The find that is kept, whether it is shown or not."""
        return self._choice.kept

    def take(self, group: Group) -> None:
        """Go on with the ink of now."""
        if np.array_equal(group.ink, self.group.ink):
            return
        self.group, self.cells = group, cells_of(group.ink)
        self._likeness = writing(group.ink)
        self._is_stale = True
        if share_gone(self._seen, self.cells) > _GONE:
            self._seen, self._bent, self._is_at_once = self.cells, None, True
            self._choice.release()
            self._fade.stop()
        self._seen = self._seen | self.cells

    def is_to_be_searched(self, now_s: float) -> bool:
        """Return whether no search was of use yet, or one of other ink is long enough ago."""
        if self._searched is None:
            return True
        is_new = self._searched is not self.group.ink
        return is_new and now_s - self._searched_at_s >= self._choice.look_after_s

    def search(self, now_s: float) -> None:
        """Take note that its ink of now is searched for."""
        self._searched, self._searched_at_s = self.group.ink, now_s

    def search_again(self) -> None:
        """Take note that the search was of no use."""
        self._searched = None

    def absorb(self, other: Figure, now_s: float) -> None:
        """Fade from what was shown for both: the other's ink belongs to this figure now."""
        self._fade.start(np.minimum(self._shown, other._shown), now_s)

    def answer(self, finds: Sequence[Find], offered: Laid | None) -> None:
        """Take the answer of a search.

        Args:
            finds: of this figure's ink, the best first.
            offered: the best of them, laid; None without finds.
        """
        self._choice.consider(finds)
        self._offered = offered

    def draw(self, now_s: float) -> Gray:
        """Return what is to be seen now, (R, R) uint8: the same array while it stays as it is."""
        self._decide(now_s)
        if self._is_stale:
            self._drawn, self._is_stale = self._picture(), False
        self._shown = self._fade.towards(self._drawn, now_s)
        return self._shown

    def _decide(self, now_s: float) -> None:
        find = self._choice.at(now_s)
        laid = self._offered if find is not None else None
        if find is not (None if self._laid is None else self._laid.find):
            self._change(now_s)
            self._laid, self._bent = laid, None
        doubted = self._likeness > _WRITES, self._likeness < _DRAWS
        if self._patience.believes(doubted[self.is_writing], now_s):
            self._change(now_s)
            self.is_writing = not self.is_writing

    def _change(self, now_s: float) -> None:
        """Show something else: at once if the ink that it was shown for has gone."""
        if not self._is_at_once:
            self._fade.start(self._shown, now_s)
        self._is_stale, self._is_at_once = True, False

    def _picture(self) -> Gray:
        self.beside = self.group.ink
        if self.is_writing:
            return in_pen_line(self.group.ink, self._side_px)
        if self._laid is None:
            return np.full((self._side_px, self._side_px), 255, np.uint8)
        self._bent = self._laid.bendable.bend(self.group.ink, self._bent)
        self.beside = beside(self.group.ink, self._bent.picture, self._bent.followed)
        return self._bent.picture


def cells_of(ink: Gray) -> Cells:
    """Return which cells have ink, (32, 32) bool."""
    shrunk = cv2.resize(ink, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk < 250, np.bool_)


def share_gone(before: Cells, now: Cells) -> float:
    """Return which share of ink there was has none near it now."""
    near = cv2.dilate(now.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    left = np.count_nonzero(before & near)
    return 1.0 - left / max(1, int(np.count_nonzero(before)))
