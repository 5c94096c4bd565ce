"""A report as PDF, for the binder beside the table."""

from __future__ import annotations

from collections.abc import Sequence

from calibration.report import MAGNIFIED, Arrows, Grid, Report
from exhibit.contract.printed import BLACK, Colour, Page, Rectangle, Stroke, Text, pages_pdf

_PAPER_MM, _MARGIN_MM = (210.0, 297.0), 18.0
_FITTED: Colour = (0.11, 0.36, 0.46)
_HELD_OUT: Colour = (0.71, 0.27, 0.12)
_GREY: Colour = (0.53, 0.53, 0.53)
_TITLE_PT, _HEAD_PT, _TEXT_PT, _SMALL_PT = 18.0, 12.0, 9.0, 7.5
_LINE_MM = 4.8
_COLUMNS_MM = (0.0, 62.0, 122.0)
_GAP_MM, _DOT_MM = 8.0, 1.6
_CELL_MM = (26.0, 13.0)


class _Pages:
    """Pages that are filled from the top down; what does not fit goes onto the next one."""

    def __init__(self) -> None:
        self.done: list[Page] = []
        self._begin()

    @property
    def width_mm(self) -> float:
        return _PAPER_MM[0] - 2 * _MARGIN_MM

    def room(self, height_mm: float) -> float:
        """Return where something so high begins, in mm from the top of a page."""
        if self._y + height_mm > _PAPER_MM[1] - _MARGIN_MM:
            self.finish()
            self._begin()
        self._y += height_mm
        return self._y - height_mm

    def write(self, x: float, y: float, size_pt: float, line: str, colour: Colour = BLACK) -> None:
        self._texts.append(Text(_MARGIN_MM + x, y, size_pt, line, colour))

    def stroke(self, start: tuple[float, float], end: tuple[float, float], colour: Colour) -> None:
        (x1, y1), (x2, y2) = start, end
        ends = ((_MARGIN_MM + x1, y1), (_MARGIN_MM + x2, y2))
        self._strokes.append(Stroke(*ends, 0.25, colour))

    def tint(self, box: Rectangle, colour: Colour) -> None:
        x, y, w, h = box
        self._tints.append(((_MARGIN_MM + x, y, w, h), colour))

    def outline(self, box: Rectangle) -> None:
        x, y, w, h = box
        corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
            self.stroke(start, end, _GREY)

    def finish(self) -> None:
        self.done.append(Page(*_PAPER_MM, [], self._texts, self._tints, self._strokes))

    def _begin(self) -> None:
        self._y = _MARGIN_MM
        self._texts: list[Text] = []
        self._tints: list[tuple[Rectangle, Colour]] = []
        self._strokes: list[Stroke] = []


def report_pdf(report: Report) -> bytes:
    """Return a report as PDF of A4 pages."""
    pages = _Pages()
    pages.write(0, pages.room(12) + 6, _TITLE_PT, "Calibration")
    _figures(pages, report)
    _pair(pages, "The table, as the camera sees it", report.camera)
    _pair(pages, "Light on ink", report.projector)
    _grid(pages, "Where the lens was looked at", report.coverage)
    _grid(pages, "Light, zone by zone", report.zones)
    _pens(pages, report)
    pages.finish()
    return pages_pdf(pages.done)


def _figures(pages: _Pages, report: Report) -> None:
    head = ("", "now", "before") if report.compared else ("", "now")
    for line in (head, *report.figures):
        y = pages.room(_LINE_MM) + 0.75 * _LINE_MM
        for x, words in zip(_COLUMNS_MM, line[: len(head)], strict=False):
            pages.write(x, y, _TEXT_PT, words)


def _pair(pages: _Pages, title: str, shown: Sequence[Arrows]) -> None:
    wide = (pages.width_mm - _GAP_MM) / 2
    high = max(wide * arrows.table_mm[1] / arrows.table_mm[0] for arrows in shown)
    top = pages.room(high + 32)
    pages.write(0, top + 9, _HEAD_PT, title)
    for index, (name, arrows) in enumerate(zip(("now", "before"), shown, strict=False)):
        left = index * (wide + _GAP_MM)
        pages.write(left, top + 15, _SMALL_PT, name)
        _draw(pages, arrows, (left, top + 17), wide)
        for number, words in enumerate(_lines_of(arrows.words)):
            pages.write(left, top + high + 21 + 3.4 * number, _SMALL_PT, words)
    if any(arrows.residuals for arrows in shown):
        pages.write(0, top + high + 29, _SMALL_PT, "Held out points judge the map.", _HELD_OUT)


def _draw(pages: _Pages, arrows: Arrows, at: tuple[float, float], wide: float) -> None:
    if not arrows.residuals:
        return
    scale = wide / arrows.table_mm[0]
    left, top = at
    pages.outline((left, top, wide, scale * arrows.table_mm[1]))
    for residual in arrows.residuals:
        x, y = left + scale * residual.at_mm[0], top + scale * residual.at_mm[1]
        end = (
            x + scale * MAGNIFIED * residual.off_mm[0],
            y + scale * MAGNIFIED * residual.off_mm[1],
        )
        colour = _HELD_OUT if residual.held_out else _FITTED
        side = scale * 2 * _DOT_MM
        pages.tint((x - side / 2, y - side / 2, side, side), colour)
        pages.stroke((x, y), end, colour)


def _lines_of(words: str) -> list[str]:
    return [f"{part.strip()}" for part in words.split(";")]


def _grid(pages: _Pages, title: str, grid: Grid | None) -> None:
    if grid is None:
        return
    wide, high = _CELL_MM
    top = pages.room(len(grid.cells) * high + 22)
    pages.write(0, top + 9, _HEAD_PT, title)
    for row, line in enumerate(grid.cells):
        for column, (words, bright) in enumerate(line):
            x, y = column * wide, top + 12 + row * high
            pages.tint((x, y, wide, high), (bright, bright, bright))
            pages.outline((x, y, wide, high))
            ink = BLACK if bright > 0.5 else (1.0, 1.0, 1.0)
            pages.write(x + 0.32 * wide, y + 0.62 * high, _TEXT_PT, words, ink)
    pages.write(0, top + 16 + len(grid.cells) * high, _SMALL_PT, grid.words)


def _pens(pages: _Pages, report: Report) -> None:
    if not report.pens:
        return
    pages.write(0, pages.room(12) + 9, _HEAD_PT, "Pens")
    pages.write(0, pages.room(_LINE_MM) + 3.6, _TEXT_PT, "box, contrast, contrast to noise")
    for reading in report.pens:
        y = pages.room(_LINE_MM) + 3.6
        words = f"{reading.box}: {reading.contrast:.2f}, {reading.contrast_to_noise:.0f}"
        pages.write(0, y, _TEXT_PT, words)
        passed = ("pass", BLACK) if reading.passed else ("FAIL", _HELD_OUT)
        pages.write(_COLUMNS_MM[1], y, _TEXT_PT, *passed)
