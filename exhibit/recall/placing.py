"""Lay a drawing of the memory where a find says."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Find, Gray
from exhibit.recall.pose import STILL, Pose

_PAPER = 255
_INK_BELOW = 140
_EDGE = 0.015
"""Paper that stays free along the sheet's edge, in shares of its side."""
_LEAST_KEPT, _MOVED = 0.75, 0.2
"""Size that a drawing keeps at least, and how far it is moved at most in shares of the side, to lie
on the sheet."""


def on_the_sheet(drawing: Gray, find: Find) -> Find:
    """Return a find moved, and made smaller if it must, so that the sheet's edge cuts nothing off.

    Where a drawing's lines reach the edge of its own square it was cut out of a larger one, as a
    head is at the neck: there it may leave the sheet.

    Args:
        drawing: (D, D) uint8, 0 ink .. 255 paper.
        find: where it fits best.
    """
    turned = drawing[:, ::-1] if find.mirrored else drawing
    inked = np.asarray(turned < _INK_BELOW, np.bool_)
    if not inked.any():
        return find
    spans = [_span(np.asarray(inked.any(axis=axis))) for axis in (0, 1)]
    free = [span.high - span.low for span in spans if not (span.cut_low or span.cut_high)]
    scale = min([find.scale, *((1 - 2 * _EDGE) / extent for extent in free)])
    scale = max(scale, _LEAST_KEPT * find.scale)
    shrunk = find.scale - scale
    offset = [
        _moved(float(start) + shrunk * (span.low + span.high) / 2, scale, span)
        for start, span in zip(find.offset, spans, strict=True)
    ]
    return replace(find, scale=scale, offset=np.array(offset, np.float32))


class _Span(NamedTuple):
    """Where ink begins and ends along a side, in its shares, and whether the square cuts it."""

    low: float
    high: float
    cut_low: bool
    cut_high: bool


def _span(inked: NDArray[np.bool_]) -> _Span:
    at, side = np.flatnonzero(inked), len(inked)
    return _Span(at[0] / side, (at[-1] + 1) / side, bool(at[0] <= 1), bool(at[-1] >= side - 2))


def _moved(start: float, scale: float, ink: _Span) -> float:
    """Return where a drawing begins along one side so that its ink lies on the sheet."""
    before = _EDGE - (start + scale * ink.low)
    beyond = start + scale * ink.high - (1 - _EDGE)
    if before > 0 and not ink.cut_low:
        return start + min(before, _MOVED)
    if beyond > 0 and not ink.cut_high:
        return start - min(beyond, _MOVED)
    return start


def lay(drawing: Gray, find: Find, side_px: int, pose: Pose = STILL) -> Gray:
    """Draw a drawing of the memory at its place over the ink.

    The drawing is first shrunk by area to the size it will have, so that no line falls between two
    pixels, and then moved by a part of a pixel.

    Args:
        drawing: (D, D) uint8, 0 ink .. 255 paper.
        find: where it lies.
        side_px: side of the result.
        pose: how it is moved from there.

    Returns:
        (side_px, side_px) uint8, paper where the drawing does not reach.
    """
    turned = np.ascontiguousarray(drawing[:, ::-1]) if find.mirrored else drawing
    wanted = find.scale * side_px / abs(pose.turn)
    laid_px = min(turned.shape[0], max(1, round(wanted)))
    if laid_px < turned.shape[0]:
        shrunk = cv2.resize(turned, (laid_px, laid_px), interpolation=cv2.INTER_AREA)
        turned = np.asarray(shrunk, np.uint8)
    # A pixel's centre in shares of the side, where that lay before, and there in the drawing.
    step = laid_px / (find.scale * side_px)
    turn, slant = pose.turn, pose.slant
    moves = np.array(
        [
            [turn.real + slant.real, slant.imag - turn.imag],
            [turn.imag + slant.imag, turn.real - slant.real],
        ]
    )
    start = np.array([pose.shift.real, pose.shift.imag]) - np.asarray(find.offset, np.float64)
    shift = step * (moves @ [0.5, 0.5] + start * side_px) - 0.5
    to_drawing = np.column_stack([step * moves, shift])
    laid = cv2.warpAffine(
        turned,
        to_drawing,
        (side_px, side_px),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_PAPER,
    )
    return np.asarray(laid, np.uint8)
