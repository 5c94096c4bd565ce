"""The tokens to print: cards of true size, with what each of them does beneath its marker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np

from exhibit.contract import token_card
from exhibit.contract.printed import RULER_MM, Page, Rectangle, Text, ruler
from exhibit.contract.settings.tokens import GAINS, TokenConfig, TokensConfig

Face = Literal["up", "down"]
PAPERS_MM = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
_COLUMNS, _ROWS = 3, 3
_TOP_MM, _GAP_MM = 16.0, 8.0
_TITLE_PT, _TEXT_PT = 10.0, 7.5
_LONGEST = 32
"""Letters of a caption that fit beneath a marker."""
_TICK_MM, _TICK_WIDTH_MM = 4.0, 0.2


def token_pages(numbers: Sequence[int], config: TokensConfig, paper: str, face: Face) -> list[Page]:
    """Return the pages of some tokens.

    Args:
        numbers: of their markers.
        config: what each of them does.
        paper: a key of `PAPERS_MM`.
        face: `up` for cards that lie print up on the paper, `down` for what is glued below a
            block: the camera, which looks from the other side, must see the same.
    """
    each = _COLUMNS * _ROWS
    chunks = [numbers[start : start + each] for start in range(0, len(numbers), each)]
    return [_page(chunk, config, PAPERS_MM[paper], face) for chunk in chunks]


def caption_of(card: TokenConfig | None) -> tuple[str, ...]:
    """Return what a token does, in one line or two."""
    if card is None:
        return ("bound to nothing yet",)
    if card.does == "label":
        return ("hides the label" if card.name == "off" else "shows the label",)
    if card.does == "takehome":
        return ("take the drawing home",)
    if card.does == "direction" or card.does in GAINS:
        ends = f"turn: left {card.low:g}, right {card.high:g}"
        return (f"{card.does} {card.name}".strip()[:_LONGEST], ends)
    return (f"{card.does}: {card.name}"[:_LONGEST],)


def _page(
    numbers: Sequence[int], config: TokensConfig, size_mm: tuple[float, float], face: Face
) -> Page:
    width, height = size_mm
    left, top, right, bottom = token_card.CARD_MM
    wide, high = right - left, bottom - top
    margin = (width - _COLUMNS * wide - (_COLUMNS - 1) * _GAP_MM) / 2
    black: list[Rectangle] = []
    texts: list[Text] = []
    for place, number in enumerate(numbers):
        row, column = divmod(place, _COLUMNS)
        x = margin + column * (wide + _GAP_MM)
        y = _TOP_MM + row * (high + _GAP_MM)
        black += _marker(number, x - left, y - top, face) + _ticks((x, y, wide, high))
        texts += _captions(number, config.card(number), x - left, y - top)
    at = ((width - RULER_MM) / 2, height - 22.0)
    told = "glue below a block" if face == "down" else "lay print up"
    line = f"This line must measure {RULER_MM:.0f} mm. Print at 100 %, with toner; {told}."
    black += ruler(*at)
    return Page(width, height, black, [*texts, Text(at[0], at[1] + 8.0, 8.0, line)])


def _marker(number: int, x: float, y: float, face: Face) -> list[Rectangle]:
    """Return the dark cells of a marker around its middle."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, token_card.DICTIONARY))
    cells = np.asarray(cv2.aruco.generateImageMarker(dictionary, number, token_card.CELLS))
    if face == "down":
        cells = cells[:, ::-1]
    side, half = token_card.MARKER_MM / token_card.CELLS, token_card.MARKER_MM / 2
    return [
        (x - half + int(column) * side, y - half + int(row) * side, side, side)
        for row, column in np.argwhere(cells == 0)
    ]


def _ticks(card: Rectangle) -> list[Rectangle]:
    """Return where to cut, outside of the card: a line on it would be seen from below."""
    x, y, width, height = card
    long, thin = _TICK_MM, _TICK_WIDTH_MM
    across = [(at, edge) for edge in (y, y + height) for at in (x - long, x + width)]
    down = [(edge, at) for edge in (x, x + width) for at in (y - long, y + height)]
    return [(a, b - thin / 2, long, thin) for a, b in across] + [
        (a - thin / 2, b, thin, long) for a, b in down
    ]


def _captions(number: int, card: TokenConfig | None, x: float, y: float) -> list[Text]:
    half = token_card.MARKER_MM / 2
    lines = caption_of(card)
    title = Text(x - half, y + half + 5.0, _TITLE_PT, str(number))
    beside = x - half + 8.0
    return [title] + [
        Text(beside, y + half + 4.5 + 4.0 * row, _TEXT_PT, line) for row, line in enumerate(lines)
    ]
