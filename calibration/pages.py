"""The pages to print, all of one paper, landscape and of true size."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from calibration.boards import BOARDS, COLUMNS, ROWS
from calibration.cards import CORNER_MM, INSET_MM, card_of
from calibration.disc import disc_page
from calibration.markers import mark_dictionary, marker_shapes
from calibration.papers import Paper
from calibration.registration import registration_shapes
from exhibit.contract.border_marks import IDS, MARK_MM, QUIET_MM
from exhibit.contract.printed import RULER_MM, Page, Rectangle, Text, ruler

_TEXT_PT, _LINE_MM = 9.0, 4.2
_RULER_UP_MM = 9.0
_CUT_MM = 0.2


def board_page(paper: Paper) -> Page:
    """Return the ChArUco board: for `calibrate camera` and `calibrate table`."""
    board = BOARDS[paper.name]
    said = f"Board, {COLUMNS} x {ROWS} squares of {board.square_mm:g} mm"
    return _with_ruler(paper, board.black(), said)


def registration_page(paper: Paper) -> Page:
    """Return nine crosses and a letter F: for `calibrate projector`."""
    # Between two rows of crosses, on whose lower one it would lie.
    up = paper.height_mm / 4
    return _with_ruler(paper, registration_shapes(paper.size_mm), "Registration marks", up_mm=up)


def border_page(paper: Paper) -> Page:
    """Return the four border marks, to be cut out along their thin lines."""
    side = MARK_MM + 2 * QUIET_MM
    step = side + 12
    left, top = (paper.width_mm - 4 * step) / 2, 60.0
    shapes: list[Rectangle] = []
    texts = []
    for index, number in enumerate(IDS):
        x = left + index * step
        shapes += _cut_lines((x, top, side, side))
        shapes += marker_shapes(mark_dictionary(), number, (x + QUIET_MM, top + QUIET_MM), MARK_MM)
        texts.append(Text(x, top + side + 6, _TEXT_PT, f"Border mark {number}"))
    texts += _lines(
        left,
        24.0,
        "Border marks: cut them out along the thin lines, and stick them onto the table, print up,",
        "one beside each corner of the visitors' paper, outside of it, where the camera sees them.",
        "They stay there: by them the table knows that nothing has moved.",
    )
    return _with_ruler(paper, shapes, "Border marks", texts)


def pens_page(paper: Paper) -> Page:
    """Return the card for pens: a line in each box, for `calibrate pens`."""
    card = card_of("pens", paper.name)
    texts = _lines(
        36.0,
        14.0,
        "Pens: draw one line across each box, from its left side to its right side, one pen a box.",
        "Write the pen's name below its box. Leave boxes empty that you do not need.",
    )
    texts += [
        Text(x - 7, y + h / 2, 14.0, str(number))
        for number, (x, y, _, h) in enumerate(card.boxes(), start=1)
    ]
    return _with_ruler(paper, card.black(), "Pen card", texts)


def flat_page(paper: Paper) -> Page:
    """Return the card for the flat field: blank but for its corners, for `calibrate light`."""
    shapes = card_of("flat", paper.name).black()
    # Beside a marker, where the light is made up from around it anyway.
    text = Text(INSET_MM, INSET_MM + CORNER_MM + 3.5, 6.0, "Flat field")
    return Page(paper.width_mm, paper.height_mm, shapes, [text])


PAGES: Mapping[str, Callable[[Paper], Page]] = {
    "board": board_page,
    "registration": registration_page,
    "border-marks": border_page,
    "pens": pens_page,
    "flat-field": flat_page,
    "discs": lambda paper: disc_page(paper.size_mm),
}


def _with_ruler(
    paper: Paper,
    shapes: list[Rectangle],
    what: str,
    texts: list[Text] | None = None,
    up_mm: float = _RULER_UP_MM,
) -> Page:
    y = paper.height_mm - up_mm
    x = (paper.width_mm - RULER_MM) / 2
    said = f"{paper.name.upper()}: {RULER_MM:.0f} mm when printed at 100 %"
    # On both sides of the ruler, so that the board needs no more white than that.
    below = [
        Text(x + RULER_MM + 4, y + 1.5, _TEXT_PT, said),
        Text(max(12.0, x - 4 - 1.75 * len(what)), y + 1.5, _TEXT_PT, what),
    ]
    black = [*shapes, *ruler(x, y)]
    return Page(paper.width_mm, paper.height_mm, black, [*(texts or []), *below])


def _lines(x: float, y: float, *lines: str) -> list[Text]:
    return [Text(x, y + n * _LINE_MM, _TEXT_PT, line) for n, line in enumerate(lines)]


def _cut_lines(box: Rectangle) -> list[Rectangle]:
    x, y, w, h = box
    return [
        (x, y, w, _CUT_MM),
        (x, y + h, w, _CUT_MM),
        (x, y, _CUT_MM, h),
        (x + w, y, _CUT_MM, h),
    ]
