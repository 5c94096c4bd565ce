"""What a visitor has made black: broad strokes and filled shapes, told from hands.

A hand comes in from outside, moves and goes; what is drawn lies still from the first frame on,
inside the sheet, and its rim is as sharp as the lens allows. All pictures here are small (see
`field.SHRINK`); brightness is relative, 128 that of paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.hand import Found, Sheet, bridged
from exhibit.ink.images import as_gray, dilated, square
from exhibit.ink.rims import Rims
from exhibit.ink.stir import STILL_MS, Stir

PAPER = 128
_STILL_MS, _STILL_AT_EDGE_MS = 100, 1000
"""What is dark and has not stirred for so long is drawn; at the sheet's edge it may be a hand."""
_STAYS_SHARE, _STAYS_ALONE, _FREE_SHARE, _OVER = 0.3, 0.1, 0.4, 2
"""Of what can be told of the rim of something drawn, a hand that has not gone on takes this share
at most where as much touches the pen or what is known, else that; and paper the third at least. A
finger is held by its hand, also across a line that is twice so many cells wide."""
_KNOWN_SHARE, _OPEN_SHARE = 0.1, 0.5
"""A stroke goes on from what is known, along this share of what can be told of its rim, or so much
of that is paper: no part of a pen that rests lies so."""
DARK = 100
"""What is drawn broadly is darker than this."""
_CRISP_STEP, _CRISP_SHARE = 0.12, 0.5
"""A drawn piece ends within a cell or two along this share of its rim."""
_ALIKE, _FOLLOWS = 16, 0.05
_GONE_MS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One frame of the sheet.

    Args:
        small: (h, w) uint8, the frame averaged down.
        seen: (h, w) uint8, its brightness over that of paper, lines included.
        sheet: where the sheet is.
        hidden: (h, w) uint8, 1 under hands and right beside them.
        stir: for how long each cell has been still.
        outlasted: (h, w) uint8, 1 on what has lain still while the hand at it moved.
        thin: (h, w) uint8, 1 where nothing is that is broader than a line.
    """

    small: Gray
    seen: Gray
    sheet: Sheet
    hidden: Gray
    stir: Stir
    outlasted: Gray
    thin: Gray


class Solids:
    """Remembers which cells of the sheet are drawn black, however long a hand covers them."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.cells: Gray = np.zeros(shape, np.uint8)
        """(h, w) uint8, 1 where broad strokes and filled shapes are."""
        self._looks: Floats = np.full(shape, PAPER, np.float32)
        self._changed_ms: NDArray[np.int32] = np.zeros(shape, np.int32)

    def new_sheet(self) -> None:
        """Another sheet comes, or this one lies elsewhere: nothing is known of it."""
        self.cells = np.zeros_like(self.cells)

    def in_view(self, seen: Gray) -> Gray:
        """Return, 1 there, which of them look as they did; a hand may be over the others.

        Args:
            seen: (h, w) uint8, as in `Sight`.
        """
        if not self.cells.any():
            return self.cells
        return self.cells & as_gray(np.abs(seen - self._looks) < _ALIKE)

    def step(self, sight: Sight, found: Found, shown: Gray) -> Gray:
        """Take one frame into account.

        Args:
            sight: the frame.
            found: what is on the sheet.
            shown: (h, w) uint8, what `in_view` returns for it.

        Returns:
            (h, w) uint8, 1 where it is not certain yet that something is drawn.
        """
        self._wait(sight, shown)
        dark = as_gray(sight.seen < DARK) & (1 - self.cells)
        # A line that leads away from a broad stroke is none.
        goes_on = dark & (1 - sight.thin) & dilated(shown, 2)
        waiting = (goes_on | (dark & as_gray(found.loose > 0))) & (1 - sight.hidden)
        beside_hand = dark & sight.hidden & sight.outlasted
        drawn = np.zeros_like(waiting)
        if waiting.any() or beside_hand.any():
            paper = _crisp_paper(sight)
            waiting &= self._crisp(waiting, paper, sight)
            rests_ms = np.where(found.loose > 1, _STILL_AT_EDGE_MS, _STILL_MS)
            drawn = waiting & as_gray(sight.stir.still_ms >= rests_ms)
            plain = paper | (shown & sight.outlasted).view(np.bool_)
            drawn |= self._left_behind(beside_hand, dark, plain, sight)
        if drawn.any():
            np.copyto(self._looks, sight.seen, where=drawn > 0)
            self._changed_ms[drawn > 0] = 0
            self.cells |= drawn
        return as_gray(waiting & (1 - drawn))

    def _wait(self, sight: Sight, shown: Gray) -> None:
        """Count for how long drawn cells have looked otherwise, and forget those that are gone."""
        if self.cells.any():
            cv2.accumulateWeighted(sight.seen, self._looks, _FOLLOWS, mask=shown)
            self._changed_ms += np.int32(sight.stir.passed_ms)
            self._changed_ms[(shown | sight.hidden) > 0] = 0
            self.cells &= as_gray(self._changed_ms < _GONE_MS)

    def _crisp(self, waiting: Gray, paper: NDArray[np.bool_], sight: Sight) -> Gray:
        """Return, 1 there, what is waiting and has a crisp rim as far as that can be seen."""
        if not waiting.any():
            return waiting
        rims = Rims(waiting | self.cells)
        unseen = (sight.hidden > 0) | (sight.sheet.within == 0)
        seen_share = 1.0 - rims.share(unseen)
        return rims.pieces(rims.share(paper & ~unseen) >= _CRISP_SHARE * seen_share)

    def _left_behind(
        self, resting: Gray, dark: Gray, plain: NDArray[np.bool_], sight: Sight
    ) -> Gray:
        """Return, 1 there, what a hand has left behind: it lies still, and the hand has gone on.

        A stroke comes to rest bit by bit. What touches it is the tip of the pen, which came there
        after the first of it had come to rest, or the stroke before. A finger comes to rest at
        once, and what touches it is its hand, which came with it or was there already.

        Args:
            resting: (h, w) uint8, 1 on what is black and has outlasted the hand at it.
            dark: (h, w) uint8, 1 on all that is black and not known to be drawn.
            plain: (h, w) bool, paper, and what is known to be drawn and no hand is over.
            sight: the frame.
        """
        if not resting.any():
            return resting
        joined = as_gray(cv2.morphologyEx(resting, cv2.MORPH_CLOSE, square(3))) & dark
        rims = Rims(joined, bridged(joined, self.cells, _OVER))
        bright = sight.seen > PAPER + _ALIKE
        black, known = dark.view(np.bool_), self.cells.view(np.bool_)
        told = rims.count(plain | black | bright)
        free = rims.count(plain & sight.outlasted.view(np.bool_))
        stir = sight.stir
        begun = (rims.count(known) >= _KNOWN_SHARE * told) | (free >= _OPEN_SHARE * told)
        # What still stirs in part has not come to rest bit by bit: it slides along.
        begun &= ~rims.on(stir.still_ms == 0)
        rested_ms = cv2.max(stir.still_beside(resting), rims.most(stir.still_ms, begun))
        came = stir.moved_ms < rested_ms
        stays = (black & ~came) | (bright & (stir.still_ms >= STILL_MS))
        held = rims.count(stays)
        # A fingertip that rests while another hand moves beside it is touched by its own alone.
        touched = rims.count((black & came) | known)
        most = np.where(held <= touched, _STAYS_SHARE, _STAYS_ALONE) * told
        left = (held <= most) & (free >= _FREE_SHARE * told)
        return resting & rims.pieces(left & (free > 0) & ~rims.on(sight.sheet.crossed > 0))

    def ground(self, level: Gray, lit: Floats) -> Gray:
        """Return the brightness of paper, (h, w) uint8, also below what is drawn black.

        Args:
            level: (h, w) uint8 from `field.paper_level`.
            lit: (h, w) float32, brightness that bare paper would have.
        """
        if not self.cells.any():
            return level
        below = dilated(self.cells, 2)
        ground = level.copy()
        cv2.copyTo(as_gray(cv2.max(level, cv2.convertScaleAbs(lit))), below, ground)
        return ground


def _crisp_paper(sight: Sight) -> NDArray[np.bool_]:
    """Return (h, w) bool, paper at the foot of a step."""
    # In the frame itself: what is known of the paper may have edges of its own.
    least, most = cv2.erode(sight.small, square(3)), cv2.dilate(sight.small, square(3))
    least_step = cv2.convertScaleAbs(most, alpha=_CRISP_STEP)
    steps = cv2.compare(cv2.subtract(most, least), least_step, cv2.CMP_GT)
    paper = cv2.inRange(sight.seen, (PAPER - _ALIKE,), (PAPER + _ALIKE,))
    return (steps > 0) & (paper > 0) & (sight.sheet.within > 0)


def sure_of(cells: Gray) -> Gray:
    """Keep of what is known to be drawn (h, w) uint8 what is two cells broad both ways.

    A row of single cells may be a fleck that was learnt while a hand came by.
    """
    # OpenCV's opening leaves what it keeps a cell farther down and right where the square is even.
    begins = cv2.erode(cells, square(2), anchor=(0, 0))
    return as_gray(cv2.dilate(begins, square(2), anchor=(1, 1)))
