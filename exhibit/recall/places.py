"""Where drawings lie over the ink, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Find
from exhibit.recall.cells import COARSE, Ints
from exhibit.recall.inks import SIDES

_SIDES = np.array(SIDES)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places of c drawings over the ink, in cells of one level.

    A drawing that is to be mirrored is compared as it is, with the ink turned over: its row and
    column count from the upper left corner of the ink that is turned over.

    Args:
        drawing: (c,) row of the memory.
        size: (c,) position in `SIDES`.
        turned: (c,) bool, whether the drawing is to be mirrored.
        row, column: (c,) cell of the ink under the drawing's upper left corner.
    """

    drawing: Ints
    size: Ints
    turned: NDArray[np.bool_]
    row: Ints
    column: Ints

    def __len__(self) -> int:
        return len(self.drawing)

    def take(self, chosen: Ints | NDArray[np.bool_]) -> Places:
        """Return some of the places, by position or mask."""
        return Places(
            self.drawing[chosen],
            self.size[chosen],
            self.turned[chosen],
            self.row[chosen],
            self.column[chosen],
        )

    def finer(self) -> Places:
        """Return the same places in cells half as wide."""
        return replace(self, row=2 * self.row, column=2 * self.column)

    def moved(self, shift: Ints) -> Places:
        """Return the places moved by (c, 2) cells down and across."""
        return replace(self, row=self.row + shift[:, 0], column=self.column + shift[:, 1])

    @property
    def corners(self) -> Ints:
        """(c, 2) row and column of the cells at the drawings' upper left corners."""
        return np.stack([self.row, self.column], axis=1)


def join(parts: Sequence[Places]) -> Places:
    """Put places one behind the other."""
    return Places(
        np.concatenate([part.drawing for part in parts]),
        np.concatenate([part.size for part in parts]),
        np.concatenate([part.turned for part in parts]),
        np.concatenate([part.row for part in parts]),
        np.concatenate([part.column for part in parts]),
    )


def shifts(reach: int) -> Ints:
    """Return all shifts (k, 2) by up to `reach` cells down and across, row by row."""
    steps = np.arange(-reach, reach + 1)
    return np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)


def resized(places: Places, steps: int) -> Places:
    """Return places of drawings a few sizes smaller, about the same centres, where there are such.

    Args:
        places: at level `COARSE`.
        steps: how many sizes further in `SIDES`.
    """
    size = places.size + steps
    kept = (size >= 0) & (size < len(SIDES))
    old, size = places.take(kept), size[kept]
    grown = _SIDES[size] / _SIDES[old.size]
    middle = COARSE / 2
    row = np.round((old.row + middle) * grown - middle).astype(np.int64)
    column = np.round((old.column + middle) * grown - middle).astype(np.int64)
    return Places(old.drawing, size, old.turned, row, column)


def find_of(
    places: Places, which: int, level: int, score: float, rest: tuple[float, float]
) -> Find:
    """Turn one place into what passes between stages.

    Args:
        places: at `level`.
        which: the one of them.
        level: cells on a drawing's side.
        score: how well it fits.
        rest: what is missing to row and column, in cells.
    """
    side = SIDES[int(places.size[which])] * level // COARSE
    turned = bool(places.turned[which])
    row = float(places.row[which] + rest[0])
    column = float(places.column[which] + rest[1])
    left = side - level - column if turned else column
    return Find(
        drawing=int(places.drawing[which]),
        mirrored=turned,
        scale=level / side,
        offset=np.array([left, row], np.float32) / np.float32(side),
        score=score,
    )


def place_of(find: Find) -> Places:
    """Return the coarse place nearest to a find."""
    size = int(np.argmin(np.abs(np.log(COARSE / _SIDES / find.scale))))
    middle = find.offset + find.scale / 2
    column, row = middle * SIDES[size] - COARSE / 2
    if find.mirrored:
        column = SIDES[size] - COARSE - column
    return Places(
        np.array([find.drawing]),
        np.array([size]),
        np.array([find.mirrored]),
        np.array([round(float(row))]),
        np.array([round(float(column))]),
    )
