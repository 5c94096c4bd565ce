"""The printed sheet: four ArUco marks, a letter F and a ruler, all in millimetres.

The sheet is the table's area: its upper left corner is the origin of table coordinates. Every
paper size has marks of its own, so the camera knows which sheet lies on the table.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.geometry import Points, rectangle
from exhibit.contract.printed import RULER_MM, Rectangle, ruler

MARGIN_MM = 14.0
"""From the edges of the paper to the marks: printers leave the outermost 5 mm blank, and a mark
needs white around it."""
MARK_MM = 30.0
_CELLS = 6
_GLYPH_SHARE = 0.22


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper size, landscape, and the id of its upper left mark; the others follow clockwise."""

    name: str
    width_mm: float
    height_mm: float
    first_id: int

    @property
    def ids(self) -> tuple[int, int, int, int]:
        """Ids of the marks, clockwise from the upper left."""
        first = self.first_id
        return first, first + 1, first + 2, first + 3


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet("a4", 297.0, 210.0, 0),
        Sheet("a3", 420.0, 297.0, 4),
        Sheet("letter", 279.4, 215.9, 8),
        Sheet("tabloid", 431.8, 279.4, 12),
    )
}


def dictionary() -> cv2.aruco.Dictionary:
    """Return the ArUco dictionary of all sheets."""
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)


def mark_corners(sheet: Sheet) -> dict[int, Points]:
    """Return, by id, the (4, 2) corners of every mark in mm, clockwise from its upper left."""
    right = sheet.width_mm - MARGIN_MM - MARK_MM
    bottom = sheet.height_mm - MARGIN_MM - MARK_MM
    origins = ((MARGIN_MM, MARGIN_MM), (right, MARGIN_MM), (right, bottom), (MARGIN_MM, bottom))
    mark = rectangle(MARK_MM, MARK_MM)
    return {number: mark + origin for number, origin in zip(sheet.ids, origins, strict=True)}


def target_corners(table_mm: tuple[float, float]) -> Points:
    """Return (4, 2) mm: the outermost corners of the four marks, onto which light is moved."""
    inner = rectangle(table_mm[0] - 2 * MARGIN_MM, table_mm[1] - 2 * MARGIN_MM)
    return np.asarray(inner + MARGIN_MM, np.float64)


def glyph(table_mm: tuple[float, float]) -> list[Rectangle]:
    """Return the bars of the letter F, printed and projected: it shows every flip and turn."""
    width, height = table_mm
    unit = _GLYPH_SHARE * height / 5
    left, top = width / 2 - 1.5 * unit, height / 2 - 2.5 * unit
    bars = ((0, 0, 1, 5), (1, 0, 2, 1), (1, 2, 1, 1))
    return [(left + x * unit, top + y * unit, w * unit, h * unit) for x, y, w, h in bars]


def black_rectangles(sheet: Sheet) -> list[Rectangle]:
    """Return everything that is printed in solid black."""
    shapes = glyph((sheet.width_mm, sheet.height_mm))
    side = MARK_MM / _CELLS
    for number, corners in mark_corners(sheet).items():
        cells = cv2.aruco.generateImageMarker(dictionary(), number, _CELLS)
        x, y = corners[0]
        for row, column in np.argwhere(np.asarray(cells) == 0):
            shapes.append((x + column * side, y + row * side, side, side))
    x, y = (sheet.width_mm - RULER_MM) / 2, sheet.height_mm - MARGIN_MM - 10
    return shapes + ruler(x, y)


def ruler_text(sheet: Sheet) -> tuple[float, float, str]:
    """Return x, y in mm of the lower left of the text beside the ruler, and the text."""
    return (
        (sheet.width_mm - RULER_MM) / 2,
        sheet.height_mm - MARGIN_MM - 2,
        f"{sheet.name.upper()}: this line must measure {RULER_MM:.0f} mm. Print at 100 %.",
    )
