"""The boards: ChArUco sheets, one for each paper, told apart by the ids of their markers.

Millimetres are of the paper as the visitor sees it, its upper left corner the origin: a board that
lies where visitors' paper lies is the table's own ruler.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from calibration.markers import board_dictionary, marker_shapes
from calibration.papers import PAPERS, Paper
from exhibit.contract.geometry import Points
from exhibit.contract.printed import Rectangle

COLUMNS, ROWS = 12, 8
"""Squares. An even number of rows tells OpenCV's pattern from the one before 4.6: with an odd one
both are the same, and a board of the wrong one gives markers, but no corner."""
MARKER_SHARE = 0.75
_RIM_MM = (10.0, 16.0)
"""Paper beside the squares, and above and below them, where the ruler is: printers leave the
outermost 5 mm blank, and a marker needs white around it."""


@dataclass(frozen=True)
class Board:
    """A ChArUco board on one paper.

    Args:
        paper: on which it is printed.
        square_mm: side of a square.
        first_id: of its markers.
        legacy: whether it has the pattern of OpenCV before 4.6.
    """

    paper: Paper
    square_mm: float
    first_id: int
    legacy: bool = False

    @property
    def ids(self) -> range:
        """Ids of its markers."""
        return range(self.first_id, self.first_id + COLUMNS * ROWS // 2)

    @property
    def origin_mm(self) -> tuple[float, float]:
        """Upper left corner of the squares on the paper."""
        return (
            (self.paper.width_mm - COLUMNS * self.square_mm) / 2,
            (self.paper.height_mm - ROWS * self.square_mm) / 2,
        )

    @cached_property
    def charuco(self) -> cv2.aruco.CharucoBoard:
        """The board as OpenCV knows it."""
        board = cv2.aruco.CharucoBoard(
            (COLUMNS, ROWS),
            self.square_mm,
            MARKER_SHARE * self.square_mm,
            board_dictionary(),
            np.array(self.ids, np.int32),
        )
        board.setLegacyPattern(self.legacy)
        return board

    @cached_property
    def corners_mm(self) -> Points:
        """(n, 2) mm on the paper of the corners between squares, in the order of their ids."""
        corners = np.asarray(self.charuco.getChessboardCorners(), np.float64)[:, :2]
        return np.asarray(corners + self.origin_mm, np.float64)

    def black(self) -> list[Rectangle]:
        """Return everything of the board that is printed in solid black."""
        return [*self._squares(), *self._cells()]

    def _squares(self) -> list[Rectangle]:
        side, (left, top) = self.square_mm, self.origin_mm
        middles = np.asarray(self.charuco.getObjPoints(), np.float64).mean(axis=1)[:, :2]
        white = {(int(x // side), int(y // side)) for x, y in middles}
        return [
            (left + column * side, top + row * side, side, side)
            for row in range(ROWS)
            for column in range(COLUMNS)
            if (column, row) not in white
        ]

    def _cells(self) -> list[Rectangle]:
        side = MARKER_SHARE * self.square_mm
        shapes: list[Rectangle] = []
        for number, corners in zip(self.ids, self.charuco.getObjPoints(), strict=True):
            x, y = np.asarray(corners, np.float64)[0, :2] + self.origin_mm
            shapes += marker_shapes(board_dictionary(), number, (float(x), float(y)), side)
        return shapes


def _board(number: int, paper: Paper) -> Board:
    across = (paper.width_mm - 2 * _RIM_MM[0]) / COLUMNS
    down = (paper.height_mm - 2 * _RIM_MM[1]) / ROWS
    return Board(paper, float(np.floor(min(across, down))), number * COLUMNS * ROWS // 2)


BOARDS = {paper.name: _board(number, paper) for number, paper in enumerate(PAPERS.values())}
