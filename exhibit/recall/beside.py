"""Which of the ink is still to be drawn where a drawing is recalled for it.

A recalled drawing answers the lines that it lies on. Lines that it does not follow would cross it:
the pen's own line is on the paper all the same. Lines farther off stay, and become the artist's.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.recall.faces import is_face
from exhibit.recall.inked_part import inked_part
from exhibit.recall.lines import Followed

_WORKED_PX = 128
_LINE_BELOW = 190
"""A line of a pixel of 256 is half of one here."""
_ON = 4 / 256
"""Ink outside that is nearer to a line of the drawing lies on it."""
_CLOSED = 8 / 256
"""Half of a gap in an outline that is taken for closed."""
_EDGE = 3 / 256
"""So far around it lines count as inside the drawing."""
_PIECE = 6 / 256
"""Half of a piece of line that is judged as one."""
_PIECE_CELLS = 5
_SHALLOW = 12 / 256
"""A line that gets no farther from the drawing would pass for its own, drawn twice."""
_STUB = 20 / 256
"""What is left of a line, and no longer than this, goes with it."""
_PAPER = 255


def beside(ink: Gray, picture: Gray, followed: Followed) -> Gray:
    """Return the ink that a recalled drawing leaves to be drawn.

    Inside the drawing it is what runs along its lines: between the lines of a hatching, near to
    one of them is not yet on it. Outside it is what leaves the drawing.

    The eyes and the mouth of a face are where the visitor put them, so that its ink stays whole.

    Args:
        ink: (S, S) uint8 of one figure, 0 ink .. 255 paper.
        picture: (R, R) uint8, the drawing that was recalled for it, bent to it; paper for none.
        followed: (64, 64) int8, where the ink runs along its lines; see `exhibit.recall.bending`.

    Returns:
        (S, S) uint8, the same array where nothing is left out.
    """
    lines = _lines(picture)
    if not lines.any() or is_face(ink):
        return ink
    piece = round(_PIECE * len(ink))
    part = inked_part(ink, piece)
    drawn = np.asarray(ink[part] < _PAPER, np.uint8)
    near = _at(np.asarray(cv2.dilate(lines, _disc(_ON)), np.uint8), ink.shape)[part]
    size = ink.shape[::-1]
    away = np.asarray(cv2.resize(_away_from(lines), size), np.float32)[part]
    crossing = drawn & (away <= _EDGE) & _at(_mostly_off(followed), ink.shape)[part]
    outside = drawn & (1 - crossing) & (1 - _most_of(near, drawn, piece))
    gone = np.asarray(crossing | _shallow(outside, away), np.uint8)
    if not gone.any():
        return ink
    left = ink.copy()
    left[part][gone > 0] = _PAPER
    _take_stubs(left[part], gone, _STUB * len(ink))
    return left


def left_of(ink: Gray, figures: Iterable[tuple[Gray, Gray]]) -> Gray | None:
    """Return what is left of the ink of a sheet.

    Args:
        ink: (S, S) uint8, all of it.
        figures: the ink of each figure, and what its drawing leaves of it.

    Returns:
        (S, S) uint8, read-only; None where nothing is left out.
    """
    left = None
    for whole, rest in figures:
        if rest is not whole:
            left = ink.copy() if left is None else left
            left[rest > whole] = _PAPER
    if left is not None:
        left.setflags(write=False)
    return left


def _mostly_off(followed: Followed) -> Gray:
    """Return (64, 64) uint8, 1 where most of the ink round about follows nothing."""
    around = (_PIECE_CELLS, _PIECE_CELLS)
    balance = cv2.boxFilter(followed.astype(np.float32), cv2.CV_32F, around, normalize=False)
    return np.asarray(balance < -0.5, np.uint8)


def _most_of(mask: Gray, drawn: Gray, reach: int) -> Gray:
    """Return the ink, 1 there, most of which up to `reach` pixels away lies on a mask.

    Lines are judged in their whole width and a little of their length: one that runs along the edge
    of a mask would be cut into dashes.
    """
    around = (2 * reach + 1, 2 * reach + 1)
    all_of_it = cv2.boxFilter(drawn, cv2.CV_32F, around, normalize=False)
    on_it = cv2.boxFilter(drawn & mask, cv2.CV_32F, around, normalize=False)
    return np.asarray(drawn & (2 * on_it > all_of_it), np.uint8)


def _at(mask: Gray, shape: tuple[int, ...]) -> Gray:
    """Return a mask at another size."""
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _lines(picture: Gray) -> Gray:
    size = (_WORKED_PX, _WORKED_PX)
    shrunk = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(shrunk < _LINE_BELOW, np.uint8)


def _away_from(lines: Gray) -> Floats:
    """Return how far each pixel is from the drawing and what it encloses, in shares of the side."""
    closed = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, _disc(_CLOSED))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    beyond = cv2.drawContours(np.ones_like(closed), outlines, -1, 0, cv2.FILLED)
    away = cv2.distanceTransform(beyond, cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(away / _WORKED_PX, np.float32)


def _shallow(outside: Gray, away: Floats) -> Gray:
    """Return the pieces, 1 there, that nowhere get far from the drawing."""
    count, pieces = cv2.connectedComponents(outside, connectivity=8)
    leaves = np.bincount(pieces[away > _SHALLOW], minlength=count) > 0
    leaves[0] = True
    return np.asarray(~leaves[pieces], np.uint8)


def _take_stubs(left: Gray, gone: Gray, longest: float) -> None:
    """Take the short ends of lines out of ink that were cut off from what has gone."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(
        np.asarray(left < _PAPER, np.uint8), connectivity=8
    )
    cut = np.bincount(pieces[cv2.dilate(gone, np.ones((3, 3), np.uint8)) > 0], minlength=count)
    longer = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    stubs = (cut > 0) & (longer <= longest)
    stubs[0] = False
    left[stubs[pieces]] = _PAPER


@cache
def _disc(reach: float) -> Gray:
    """Return a round kernel that reaches so far from its middle, in shares of the side."""
    side = 2 * round(reach * _WORKED_PX) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
