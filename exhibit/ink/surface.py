"""The sheet's surface: how bright its paper is, and what lies on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray, InkEvent
from exhibit.ink import field
from exhibit.ink.cover import CoverWatch
from exhibit.ink.curl import off_the_glass
from exhibit.ink.edge import Edge
from exhibit.ink.hand import Polarity, find_hands, grow, thick_dark
from exhibit.ink.images import as_gray
from exhibit.ink.light_watch import LightWatch
from exhibit.ink.paper import Paper
from exhibit.ink.resting import Resting
from exhibit.ink.solid import DARK, PAPER, Sight, Solids, sure_of
from exhibit.ink.stir import Stir
from exhibit.ink.switched import switched

REACH = 3
"""How far around a hand nothing is believed, in small pixels."""
_LIKE_PAPER = 0.06
"""What lies still beside a moving hand is believed where brightness differs less from paper's."""

_NEAR_PAPER = 4
"""No stroke is wider than twice so many cells."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one frame shows of a resting sheet.

    Args:
        ground: (h, w) uint8, brightness of paper, also below what is drawn black.
        hands: (h, w) uint8, 1 under hands.
        hidden: (h, w) uint8, 1 where nothing is believed: there, off the glass, and around hands
            what is not still while they move.
        near: (h, w) uint8, 1 all around them and a little farther, where a pen's tip may be.
        drawn: (h, w) uint8, 1 on broad strokes and filled shapes that are known and seen, or None
            where none are.
        factor: by which all of the paper became brighter just now, or None.
        quiet_ms: for how long nothing on the sheet has stirred.
        doubtful: nothing is believed anywhere, because the paper's brightness is not understood.
        events: what happened.
    """

    ground: Gray
    hands: Gray
    hidden: Gray
    near: Gray
    drawn: Gray | None
    factor: float | None
    quiet_ms: int
    doubtful: bool
    events: tuple[InkEvent, ...]


class Surface:
    """Learns the paper where it is seen; pictures here are small (see `field.SHRINK`)."""

    def __init__(self, shape: tuple[int, int], mirrored: bool, blank: Floats | None) -> None:
        """Begin with the brightness (h, w) float32 of a blank sheet, where there is one."""
        self._shape, self._blank = shape, blank
        self._paper = Paper(shape, blank)
        self._light = LightWatch(mirrored, blank)
        self._resting = Resting(shape)
        self._stir = Stir(shape)
        self._solids = Solids(shape)
        self._covers = CoverWatch(shape)
        self._within: Gray = np.zeros(shape, np.uint8)
        self._edge = Edge(self._within, None)
        self._free: Gray = np.zeros(shape, np.uint8)
        self._before: Gray | None = None

    def forget_paper(self) -> None:
        """What passed for paper was something else."""
        self._paper = Paper(self._shape, self._blank)

    def new_sheet(self) -> None:
        """Another sheet has come."""
        self._covers = CoverWatch(self._shape)
        self._resting.new_sheet()
        self._solids.new_sheet()

    def settle_in(self, level: Gray, bare: Floats | None, within: Gray) -> None:
        """The sheet lies somewhere new; see `Paper.settle_in`."""
        self._within = self._free = within
        self._before = None
        self._edge = Edge(within, bare)
        self._paper.settle_in(level, bare, within)
        self._solids.new_sheet()

    def uncovered(self, pixels: Gray, covered: Gray, bare: Floats | None) -> Gray:
        """Return a frame that shows paper, or the table, where something lies that is no ink.

        Args:
            pixels: (H, W) uint8.
            covered: (H, W) uint8, 1 where it lies.
            bare: (h, w) float32, brightness of the table without a sheet, where it is known.
        """
        behind = self._paper.level
        if bare is not None:
            behind = np.where(self._within > 0, behind, bare)
        size = (pixels.shape[1], pixels.shape[0])
        fill = cv2.convertScaleAbs(cv2.resize(behind, size, interpolation=cv2.INTER_LINEAR))
        result = pixels.copy()
        # Where nothing is known yet there is nothing to show.
        cv2.copyTo(fill, covered * as_gray(fill > 0), result)
        return result

    def look(
        self,
        half: Gray,
        small: Gray,
        level: Gray,
        hidden: tuple[tuple[Floats, ...], Gray | None],
        polarity: Polarity,
        now_s: float,
    ) -> Look:
        """Take a frame of a resting sheet into account.

        Args:
            half: (2 h, 2 w) uint8, at half its size.
            small: (h, w) uint8, averaged down.
            level: (h, w) uint8, its smooth brightness.
            hidden: triangles (3, 2) in frame pixels, off the glass; and (h, w) uint8, 1 where
                something lies that is no ink.
            polarity: how a hand looks.
            now_s: time of the frame.
        """
        self._switch(level)
        lit = self._paper.lit(level, self._free)
        ratio = np.asarray(level / lit, np.float32)
        seen = as_gray(cv2.convertScaleAbs(small / lit, alpha=float(PAPER)))
        pens = thick_dark(half, self._paper.level)
        tolerance, shown = self._paper.tolerance(), self._solids.in_view(seen)
        sheet = self._edge.look(level)
        found = find_hands(ratio, tolerance, sheet, pens, polarity, grow(shown, 2))
        curled, covered = hidden
        off = np.zeros(self._shape, np.uint8)
        if curled:
            off = grow(off_the_glass(curled, self._shape, 1.0 / field.SHRINK), 1)
        if covered is not None:
            off |= covered
        hands = as_gray(found.hands & ~off)
        doubted = as_gray(grow(hands, REACH) | off)
        self._stir.step(seen, self._within, now_s)
        self._stir.attend(hands)
        like_paper = as_gray(np.abs(ratio - 1.0) < _LIKE_PAPER)
        outlasted = self._stir.outlasted()
        thin = like_paper & (1 - pens)
        sight = Sight(small, seen, sheet, doubted, self._stir, outlasted, thin)
        waiting = self._solids.step(sight, found, shown)
        black = self._solids.in_view(seen)
        trusted = self._trusted(sight, like_paper, hands, black)
        unseen = as_gray((doubted & ~trusted) | off | waiting | self._stir.unannounced())
        doubted |= waiting
        ground = self._solids.ground(level, lit)
        odd, left = self._resting.step(level, ratio, hands, now_s)
        if odd is not None:
            self._paper.accept(odd, level)
        self._free = self._within * (1 - doubted) * (1 - grow(self._solids.cells, 1))
        self._paper.learn(level, self._free, found.relit)
        events = self._light.step(level, self._free)
        events += tuple(InkEvent("object_left", self._light.zone_at(*at)) for at in left)
        factor = self._turn(level)
        quiet_ms, doubtful = self._stir.quiet_ms, self._covers.doubtful
        near, known = grow(doubted, REACH), black & self._solids.cells
        drawn = sure_of(known) if known.any() else None
        return Look(ground, hands, unseen, near, drawn, factor, quiet_ms, doubtful, events)

    def _switch(self, level: Gray) -> None:
        """Follow light that went out or on since the frame before, also below hands."""
        light = None if self._before is None else switched(level, self._before, self._within)
        self._before = level
        if light is not None:
            self._paper.switch(light)
            self._covers = CoverWatch(self._shape)

    def _trusted(self, sight: Sight, like_paper: Gray, hands: Gray, black: Gray) -> Gray:
        """Return, 1 there, what is believed beside a hand: what it is no part of.

        That is what looks like paper, lines left out, and what is drawn black where such paper is
        near, so that it is not a hand in its place.
        """
        paper = self._stir.trusted(hands, like_paper & (1 - grow(hands, 1)))
        if not paper.any():
            return paper
        edges = grow(black, 1) & grow(paper, 1) & sight.outlasted & as_gray(sight.seen >= DARK)
        return as_gray(paper | edges | (black & grow(paper, _NEAR_PAPER)))

    def _turn(self, level: Gray) -> float | None:
        """Return by what factor a sheet that was just laid on top or taken away is brighter."""
        factor = self._covers.step(level, self._free, self._within)
        if factor is not None:
            self._paper.turn(level, self._free)
            self._solids.new_sheet()
        return factor
