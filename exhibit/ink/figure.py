"""The region of what a visitor has drawn: the lines, widened, and all that they enclose."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray, Ink

_FINER = 4
"""Cells of a place along its side, in which lines are widened and filled."""
_WIDENED = 7
"""In cells, what a line is widened to: nothing is added to what no place lies in."""
_TOUCHED = 0.1
"""Share of a cell that is ink, from which it is a line's."""
_INK = 128


def figure_of(lines: Gray, mass: Gray, side: int) -> Floats:
    """Return how much of each place of a map lies in what is drawn: (side, side) float32, 0 to 1.

    Lines are widened, which also closes small gaps in an outline, and what they enclose counts.

    Args:
        lines, mass: (S, S) uint8, 0 ink .. 255 paper.
        side: of the map.
    """
    cells = side * _FINER
    ink = (np.minimum(lines, mass) < _INK).astype(np.float32)
    touched = cv2.resize(ink, (cells, cells), interpolation=cv2.INTER_AREA) > _TOUCHED
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_WIDENED, _WIDENED))
    wide = cv2.dilate(touched.astype(np.uint8), disc)
    # A rim of paper, so that what touches the edge of the sheet does not cut off a corner of it.
    rimmed = cv2.copyMakeBorder(wide, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(rimmed, np.zeros((cells + 4, cells + 4), np.uint8), (0, 0), 2)
    drawn = (rimmed[1:-1, 1:-1] != 2).astype(np.float32)
    return np.asarray(cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA), np.float32)


class Figure:
    """The region of the ink that is answered, on a map of a side."""

    def __init__(self, side: int, answer: Literal["settled", "live"] = "settled") -> None:
        self._side, self._answer = side, answer

    def configure(self, answer: Literal["settled", "live"]) -> None:
        """Choose which ink counts, as in `ink.answer`."""
        self._answer = answer

    def __call__(self, ink: Ink) -> Floats:
        """Return how much of each place lies in what is drawn, (side, side) float32, 0 to 1."""
        live = self._answer == "live"
        lines, mass = (ink.live, ink.live_mass) if live else (ink.settled, ink.mass)
        return figure_of(lines, mass, self._side)
