"""Bend a drawing smoothly until its lines lie on the visitor's.

From coarse to fine, every point of ink looks for the nearest line of the drawing that runs alike;
what it is off by is spread around it, and fades away from ink. Ink that finds nothing within reach
moves nothing: it is left to the generator.

Source: iterated closest points with a smoothness that is relaxed step by step, as in Amberg,
    Romdhani and Vetter, "Optimal step nonrigid ICP algorithms for surface registration", CVPR 2007;
    ours has a Gaussian in place of a stiffness, and bounds on how far anything is stretched.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.recall.field import (
    NODE_AT,
    NODES,
    Field,
    gradient,
    held_at_edges,
    still,
    towards_bounds,
    within_bounds,
)
from exhibit.recall.lines import (
    CELLS,
    Followed,
    Lines,
    Nearest,
    Points,
    cells_followed,
    lines_of,
)
from exhibit.recall.pens import Pens

Cells = NDArray[np.bool_]

_MOST_POINTS = 600
_ASKING = 7
"""Cells on the side of what is new around every cell of new ink."""
_FADE = 3.2
"""Points of ink, by share of spread, that move what is around them half as far as they ask."""


@dataclass(frozen=True, slots=True)
class _Level:
    """How far offsets are spread and how far ink looks, in shares of the side."""

    spread: float
    reach: float


_COARSE = (_Level(0.14, 0.11), _Level(0.10, 0.09), _Level(0.07, 0.06))
"""What is farther off was brought there whole, by a pose; finer ones would make straight lines
waver as the visitor's do."""
_NEAR = (_Level(0.07, 0.06), _Level(0.07, 0.06))
"""New ink beside old moves only what is near it; coarser levels would move all for each stroke."""


@dataclass(frozen=True, slots=True, eq=False)
class Bent:
    """A drawing bent to the ink.

    Args:
        picture: (R, R) uint8, 0 ink .. 255 paper.
        field: (32, 32) complex64, where what is seen lay before; see `exhibit.recall.field`.
        inked: (64, 64) bool, cells with lines of the ink that it was bent to.
        followed: (64, 64) int8, 1 where that ink runs along a line of the drawing, -1 where it does
            not, 0 without ink.
    """

    picture: Gray
    field: Field
    inked: Cells
    followed: Followed


class Bendable:
    """A drawing laid over the ink, made ready to be bent again and again as the ink grows.

    Args:
        placed: (R, R) uint8, 0 ink .. 255 paper; a side of 256 or more draws fine lines well.
    """

    def __init__(self, placed: Gray) -> None:
        lines = lines_of(placed)
        self._empty = len(lines.at) == 0
        self._nearest = Nearest(lines)
        self._pens = Pens(placed, lines.across)

    def bend(self, ink: Gray, before: Bent | None = None) -> Bent:
        """Bend it to the ink.

        Where ink is as it was before, the drawing stays as it was bent: only new ink, and what is
        near it, asks for something.

        Args:
            ink: (S, S) uint8, 0 ink .. 255 paper.
            before: what it was bent to before the ink grew, to go on from.
        """
        drawn = lines_of(ink)
        field = still() if before is None else before.field
        inked = np.zeros((CELLS, CELLS), np.bool_)
        inked.ravel()[drawn.cell] = True
        points = _InkPoints(drawn, _near_new(inked, None if before is None else before.inked))
        if not self._empty and points.asks.any():
            for level in _COARSE if before is None else _NEAR:
                field = towards_bounds(points.moved(field, self._nearest, level))
            field = within_bounds(held_at_edges(field))
        followed = points.followed(field, self._nearest)
        return Bent(self._pens.draw(field), field, inked, followed)


def bend(placed: Gray, ink: Gray) -> Bent:
    """Bend a drawing to the ink once; see `Bendable`.

    Args:
        placed: (R, R) uint8, the drawing where it lies over the ink.
        ink: (S, S) uint8.
    """
    return Bendable(placed).bend(ink)


def _near_new(inked: Cells, before: Cells | None) -> Cells:
    """Return the cells in and near which there is ink that was not there before."""
    if before is None:
        return inked
    old = cv2.dilate(before.astype(np.uint8), np.ones((3, 3), np.uint8))
    new = np.asarray(inked & (old == 0), np.uint8)
    return np.asarray(cv2.dilate(new, np.ones((_ASKING, _ASKING), np.uint8)) > 0, np.bool_)


class _InkPoints:
    """Points of ink, and how what they ask for is spread over the nodes of a field.

    Args:
        ink: its lines.
        asking: (64, 64) bool, cells whose points ask to be moved; the others ask to stay.
    """

    def __init__(self, ink: Lines, asking: Cells) -> None:
        ink = ink.thinned(_MOST_POINTS)
        self._at, self._cell = ink.at, ink.cell
        self._step = np.sqrt(ink.along)
        self.asks = asking.ravel()[ink.cell]
        # Bilinear: four nodes around each point, and their shares.
        x = np.clip(self._at.real * NODES - 0.5, 0, NODES - 1.01)
        y = np.clip(self._at.imag * NODES - 0.5, 0, NODES - 1.01)
        left, top = x.astype(np.intp), y.astype(np.intp)
        self._between = top, left
        self._nodes = (top * NODES + left) + np.array([[0], [1], [NODES], [NODES + 1]])
        x, y = x - left, y - top
        shares = np.stack([(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y])
        self._shares = shares.astype(np.float32)

    def _seen(self, field: Field) -> Points:
        return np.asarray((field.ravel()[self._nodes] * self._shares).sum(axis=0), np.complex64)

    def _towards(self, field: Field, nearest: Nearest) -> tuple[Points, Floats]:
        """Return how far off the nearest lines are that run alike, and how alike they are."""
        right, down = gradient(field)
        step = (
            self._step
            + self._step.real * right[self._between]
            + self._step.imag * down[self._between]
        )
        return nearest.towards(self._at + self._seen(field), _direction(step))

    def followed(self, field: Field, nearest: Nearest) -> Followed:
        """Return where ink runs along a line of the drawing, as in `Bent`."""
        offsets, alike = self._towards(field, nearest)
        return cells_followed(self._cell, offsets, alike)

    def moved(self, field: Field, nearest: Nearest, level: _Level) -> Field:
        """Move a field so that ink within reach of like lines comes nearer to them."""
        offsets, alike = self._towards(field, nearest)
        off = np.abs(offsets) / level.reach
        weights = np.where(off < 1.5, np.maximum(0, alike) / (1 + off**2), 0)
        kernel = _gaussian(level.spread)
        offsets, weights = np.where(self.asks, offsets, 0), np.where(self.asks, weights, 1)
        asked = kernel @ self._on_nodes(weights * offsets) @ kernel
        known = kernel @ self._on_nodes(weights).real @ kernel
        return np.asarray(field + asked / (known + _FADE * level.spread), np.complex64)

    def _on_nodes(self, values: Points | Floats) -> Field:
        """Sum values of the points up on the nodes around each."""
        shared = (values * self._shares).ravel()
        summed = np.empty(NODES * NODES, np.complex64)
        summed.real = np.bincount(self._nodes.ravel(), shared.real, NODES * NODES)
        summed.imag = np.bincount(self._nodes.ravel(), shared.imag, NODES * NODES)
        return summed.reshape(NODES, NODES)


def _direction(step: Points) -> Points:
    """Return the doubled direction of steps."""
    doubled = step * step
    return np.asarray(doubled / np.maximum(np.abs(doubled), 1e-9), np.complex64)


def _gaussian(spread: float) -> Floats:
    """Return what each node hears of each other along one axis, (32, 32) float32."""
    apart = (NODE_AT[:, None] - NODE_AT) / spread
    return np.asarray(np.exp(-0.5 * apart**2), np.float32)
