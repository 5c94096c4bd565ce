"""The page that a visitor takes home: ink over the picture, and a few lines under it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Gray
from exhibit.stage.enlarge import Enlarger

PIXELS_PER_MM = 12
"""305 dots an inch."""
PAPERS_MM: Mapping[str, tuple[float, float]] = {
    "A4": (210.0, 297.0),
    "A5": (148.0, 210.0),
    "A6": (105.0, 148.0),
    "Letter": (215.9, 279.4),
}
_PAPER, _GREY = 255, (110, 110, 110)
_INK_BELOW = 128
_MARGIN, _TOP = 0.09, 0.11
"""Of the paper's width; printers leave the outermost 5 mm blank."""
_LETTERS, _SMALL_LETTERS, _LEADING = 0.034, 0.024, 1.5
"""Size of letters as a share of the paper's width, and of lines as a share of letters."""
_LETTER_WIDTH = 0.55
"""Average width of a letter of OpenCV's sans as a share of its size."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What is taken home; nothing of it is a camera's frame.

    Args:
        ink: (S, S) uint8, the lines that were found, dark on light, as the visitor sees them.
        picture: (R, R) or (R, R, 3) uint8, the answer that was drawn to them.
        title: the museum's line; may be empty.
        credits: whose hand answered, and after which drawing.
    """

    ink: Gray
    picture: Gray
    title: str = ""
    credits: tuple[str, ...] = ()


def compose(drawn: Drawn, paper: str, ink_colour: str) -> Gray:
    """Return the page (H, W, 3) uint8 RGB at `PIXELS_PER_MM`.

    Args:
        drawn: what is on it.
        paper: one of `PAPERS_MM`, upright.
        ink_colour: of the visitor's own lines, such as #000000.
    """
    width, height = (round(side * PIXELS_PER_MM) for side in PAPERS_MM[paper])
    page = np.full((height, width, 3), _PAPER, np.uint8)
    left, top = round(_MARGIN * width), round(_TOP * width)
    side = width - 2 * left
    square = page[top : top + side, left : left + side]
    picture = _enlarged(_without_rim(drawn.picture), side)
    square[:] = picture if picture.ndim == 3 else picture[:, :, None]
    square[_enlarged(drawn.ink, side) < _INK_BELOW] = _rgb(ink_colour)
    _write(page, drawn, left, top + side + left)
    return page


def _without_rim(picture: Gray) -> Gray:
    """Return a picture whose outermost pixels are paper: generators leave a little grey there."""
    clean = np.full_like(picture, _PAPER)
    clean[1:-1, 1:-1] = picture[1:-1, 1:-1]
    return clean


def _enlarged(pixels: Gray, side: int) -> Gray:
    """Return a square picture at its size on the page; a larger one is made smaller."""
    large = Enlarger(side)(pixels)
    if large.shape[0] != side:
        large = np.asarray(cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    return large


def _write(page: Gray, drawn: Drawn, left: int, baseline: int) -> None:
    face, width = cv2.FontFace("sans"), page.shape[1]
    room = width - 2 * left
    for text, share, colour in _lines(drawn):
        size = round(share * width)
        for line in textwrap.wrap(text, int(room / (_LETTER_WIDTH * size))):
            baseline += round(_LEADING * size)
            if baseline > page.shape[0] - left // 2:
                return
            cv2.putText(page, line, (left, baseline), colour, face, size)


def _lines(drawn: Drawn) -> Iterator[tuple[str, float, tuple[int, int, int]]]:
    if drawn.title:
        yield drawn.title, _LETTERS, (0, 0, 0)
    for credit in drawn.credits:
        yield credit, _SMALL_LETTERS, _GREY


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
