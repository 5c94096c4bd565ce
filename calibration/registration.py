"""The registration sheet: nine crosses that light is moved onto, and a letter F."""

from __future__ import annotations

from exhibit.contract.lens import mesh_points
from exhibit.contract.printed import Rectangle

_ARM_MM, _LINE_MM = 8.0, 0.5
_GLYPH_SHARE = 0.22


def glyph(table_mm: tuple[float, float]) -> list[Rectangle]:
    """Return the bars of the letter F, printed and projected: it shows every flip and turn."""
    width, height = table_mm
    unit = _GLYPH_SHARE * height / 5
    left, top = width / 4 - 1.5 * unit, height / 4 - 2.5 * unit
    bars = ((0, 0, 1, 5), (1, 0, 2, 1), (1, 2, 1, 1))
    return [(left + x * unit, top + y * unit, w * unit, h * unit) for x, y, w, h in bars]


def registration_shapes(table_mm: tuple[float, float]) -> list[Rectangle]:
    """Return everything that is printed in solid black on the sheet."""
    return [
        bar
        for x, y in mesh_points(table_mm)
        for bar in (
            (x - _ARM_MM, y - _LINE_MM / 2, 2 * _ARM_MM, _LINE_MM),
            (x - _LINE_MM / 2, y - _ARM_MM, _LINE_MM, 2 * _ARM_MM),
        )
    ] + glyph(table_mm)
