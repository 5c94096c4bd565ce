"""Appearances that are given to parts of the picture: α·a·pᵀ for all of them at once.

Source: Oldfield et al. 2023, "PandA: Unsupervised Learning of Parts and Appearances in the Feature
Maps of GANs": Z + α·a_j·p_kᵀ. Here parts may also be where the visitor's own ink lies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.directions import passed_over
from exhibit.contract.parts import AROUND, EVERYWHERE, INK
from exhibit.contract.values import Code, Floats, Ink
from exhibit.editing.bank import Row

FigureOf = Callable[[Ink], Floats]


class Parts:
    """Where appearances are added: a bundle's named parts, and those of the ink that is answered.

    Args:
        named: (side, side) by name, 0 to 1.
        side: of the map.
        figure_of: how much of each place lies in what is drawn; None where nobody draws.
    """

    def __init__(
        self, named: Mapping[str, Floats], side: int, figure_of: FigureOf | None = None
    ) -> None:
        self._fixed = {name: np.asarray(part, np.float32) for name, part in named.items()}
        self._fixed[EVERYWHERE] = np.ones((side, side), np.float32)
        self._figure_of = figure_of
        self._figure: Floats = self._fixed[EVERYWHERE]
        self._code: Code | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parts."""
        return (INK, AROUND, *self._fixed)

    def see(self, code: Code, ink: Ink) -> None:
        """Take in what is drawn; ink whose code is the one before lies where it lay."""
        if code is not self._code and self._figure_of is not None:
            self._figure = self._figure_of(ink)
        self._code = code

    @property
    def figure(self) -> Floats:
        """How much of each place lies in what is drawn, (side, side)."""
        return self._figure

    def find(self, name: str) -> Floats:
        """Return a part (side, side) by its name."""
        if name == INK:
            return self._figure
        return 1 - self._figure if name == AROUND else self._fixed[name]


class Appearances:
    """Some appearances and the parts that they are given to.

    Args:
        rows: appearances; which of their motion's strengths is theirs is their place in it.
        parts: where they may be added.
    """

    def __init__(self, rows: Sequence[Row], parts: Parts) -> None:
        self._parts = parts
        self._names = tuple(dict.fromkeys(row.part for row in rows))
        channels = max((row.offset.size for row in rows), default=0)
        self._mixtures: Floats = np.zeros((channels, len(rows)), np.float32)
        for column, row in enumerate(rows):
            self._mixtures[: row.offset.size, column] = row.offset
        # Which part each appearance is given to: (appearances, parts).
        self._given = np.array([[row.part == name for name in self._names] for row in rows])
        self._onsets = np.array([row.onset for row in rows]).reshape(-1, 2)
        spans = [high - low for low, high in (row.safe_range for row in rows)]
        self._spans = np.array(spans, np.float64)

    def added(self, strengths: NDArray[np.float64]) -> Floats | None:
        """Return what is added to the map, (C, side, side) float32, or None where all are 0.

        Args:
            strengths: one for every appearance; what shows nothing is passed over (`onset`).
        """
        if not strengths.any():
            return None
        far = passed_over(strengths, self._onsets, self._spans)
        where = np.stack([self._parts.find(name) for name in self._names])
        mixed = self._mixtures @ (far[:, None] * self._given).astype(np.float32)
        added = mixed @ where.reshape(len(where), -1)
        return np.asarray(added.reshape(-1, *where.shape[1:]), np.float32)
