"""Cards with a marker in each corner: for testing pens, and for the flat field of the light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from calibration.markers import mark_dictionary, marker_shapes
from calibration.papers import PAPERS, Paper
from exhibit.contract.geometry import Matrix, Points, rectangle
from exhibit.contract.printed import Rectangle
from exhibit.contract.values import Gray

Use = Literal["pens", "flat"]
CORNER_MM, INSET_MM = 16.0, 10.0
"""Side of a corner marker, and how far it is from the edges of the paper."""
_FIRST_ID: Mapping[Use, int] = {"pens": 60, "flat": 76}
"""Tokens have ids below 50, border marks from 96 on."""
BOX_ROWS, BOX_COLUMNS = 4, 2
_BOXES_FROM_MM, _GAP_MM, _FRAME_MM = (36.0, 36.0), (22.0, 10.0), 0.6


@dataclass(frozen=True, slots=True)
class Card:
    """A card on one paper.

    Args:
        use: what it is for.
        paper: on which it is printed.
        ids: of its corner markers, clockwise from the upper left.
    """

    use: Use
    paper: Paper
    ids: tuple[int, int, int, int]

    @property
    def corners_mm(self) -> Points:
        """(4, 2) mm: upper left corners of the corner markers, in the order of `ids`."""
        width, height = self.paper.size_mm
        far = CORNER_MM + INSET_MM
        inner = rectangle(width - far - INSET_MM, height - far - INSET_MM)
        return np.asarray(inner + INSET_MM, np.float64)

    def black(self) -> list[Rectangle]:
        """Return everything that is printed in solid black."""
        shapes: list[Rectangle] = []
        for number, (x, y) in zip(self.ids, self.corners_mm, strict=True):
            shapes += marker_shapes(mark_dictionary(), number, (x, y), CORNER_MM)
        for box in self.boxes() if self.use == "pens" else ():
            shapes += frame(box, _FRAME_MM)
        return shapes

    def boxes(self) -> list[Rectangle]:
        """Return the boxes for pens, row by row."""
        (left, top), (across, down) = _BOXES_FROM_MM, _GAP_MM
        width = (self.paper.width_mm - 2 * left - across * (BOX_COLUMNS - 1)) / BOX_COLUMNS
        height = (self.paper.height_mm - 2 * top - down * (BOX_ROWS - 1)) / BOX_ROWS
        return [
            (left + column * (width + across), top + row * (height + down), width, height)
            for row in range(BOX_ROWS)
            for column in range(BOX_COLUMNS)
        ]


CARDS = tuple(
    Card(use, paper, (first, first + 1, first + 2, first + 3))
    for use, start in _FIRST_ID.items()
    for first, paper in zip(range(start, start + 16, 4), PAPERS.values(), strict=True)
)


def card_of(use: Use, paper: str) -> Card:
    """Return the card for a use on a paper."""
    return next(card for card in CARDS if card.use == use and card.paper.name == paper)


def find_card(turned: Gray) -> tuple[Card, Matrix] | None:
    """Return the card in a frame (H, W) on the visitor's side, and (3, 3) from pixels to its mm.

    None where not all four of its markers are seen.
    """
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_CONTOUR
    detector = cv2.aruco.ArucoDetector(mark_dictionary(), parameters)
    quads, numbers, _ = detector.detectMarkers(turned)
    if numbers is None:
        return None
    seen = {
        int(number): np.asarray(quad, np.float64).reshape(4, 2) + 0.5
        for number, quad in zip(np.ravel(numbers), quads, strict=True)
    }
    for card in CARDS:
        if all(number in seen for number in card.ids):
            pixels = np.concatenate([seen[number] for number in card.ids])
            sides = rectangle(CORNER_MM, CORNER_MM)
            millimetres = np.concatenate([sides + corner for corner in card.corners_mm])
            matrix, _ = cv2.findHomography(pixels, millimetres)
            return card, np.asarray(matrix, np.float64)
    return None


def frame(box: Rectangle, width_mm: float) -> list[Rectangle]:
    """Return the four bars around a box, inside of it."""
    x, y, w, h = box
    return [
        (x, y, w, width_mm),
        (x, y + h - width_mm, w, width_mm),
        (x, y, width_mm, h),
        (x + w - width_mm, y, width_mm, h),
    ]
