"""A drawing in three pens, so that lines keep their width where a field stretches them."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.recall.field import Field, between_nodes, gradient, resized, wirtinger
from exhibit.recall.inked_part import inked_part
from exhibit.recall.lines import CELLS

_THIN, _BOLD = 0.55, 1.5
"""Width of the lines in the thin and in the bold pen, as a share of their own."""
_WIDEST = 6
"""Half of the widest line, in half pixels: what is wider is a surface, and grows with the field."""
_FINER = 2
_INK_BELOW = 140
_MIDDLE = 127.5


class Pens:
    """One drawing in a thin pen, its own and a bold one.

    Args:
        drawing: (R, R) uint8, 0 ink .. 255 paper.
        across: (CELLS, CELLS, 2) float32, which way is across its lines, from `lines_of`.
    """

    def __init__(self, drawing: Gray, across: Floats) -> None:
        self._pens = cv2.merge([drawing, drawing, drawing])
        self._across = across
        # Outside of it all pens leave paper.
        rows, columns = inked_part(drawing, _WIDEST)
        own, pens = drawing[rows, columns], self._pens[rows, columns]
        depth, half_width = _depth(drawing, rows, columns)
        pens[..., 0] = np.maximum(_edge(depth - (1 - _THIN) * half_width), own)
        pens[..., 2] = np.minimum(_edge(depth + (_BOLD - 1) * half_width), own)

    def draw(self, field: Field) -> Gray:
        """Draw it as a field bends it, each line about as wide as it was.

        Args:
            field: (32, 32) from `exhibit.recall.field`.

        Returns:
            (R, R) uint8, 0 ink .. 255 paper.
        """
        side = self._pens.shape[0]
        at = resized(field, side) * side + _places(side)
        bent = np.asarray(
            cv2.remap(
                self._pens,
                at[..., 0],
                at[..., 1],
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=(255, 255, 255),
            ),
            np.uint8,
        )
        wider = self._change_of_width(field)
        drawn = _mixed(bent, wider)
        if wider.max() > 1:
            # What is stretched is blurred by as much.
            drawn -= _MIDDLE
            drawn *= _at_side(np.maximum(wider, 1), side)
            drawn += _MIDDLE
        return np.asarray(cv2.convertScaleAbs(np.maximum(drawn, 0, out=drawn)), np.uint8)

    def _change_of_width(self, field: Field) -> Floats:
        """Return by how much lines are widened by the field alone, (CELLS, CELLS) float32."""
        at = resized(field, CELLS) * CELLS + _places(CELLS)
        across = cv2.remap(self._across, at[..., 0], at[..., 1], cv2.INTER_LINEAR)
        # A unit step across the line grows by |p + q n| where n is the doubled direction.
        p, q = wirtinger(*gradient(field))
        product = 2 * p * q
        evenly = p.real**2 + p.imag**2 + q.real**2 + q.imag**2
        stretch = between_nodes(np.stack([evenly, product.real, product.imag], axis=-1))
        squared = stretch[..., 0] + (stretch[..., 1:] * across).sum(axis=-1)
        return np.asarray(1 / np.sqrt(np.maximum(squared, 1e-2)), np.float32)


def _mixed(pens: Gray, wider: Floats) -> Floats:
    """Mix three pens, (R, R, 3), so that lines that have become wider are as they were."""
    side = pens.shape[0]
    thin, own, bold = cv2.split(pens)
    thinner = np.asarray(np.clip((1 - 1 / wider) / (1 - _THIN), 0, 1), np.float32)
    bolder = np.asarray(np.clip((1 / wider - 1) / (_BOLD - 1), 0, 1), np.float32)
    drawn = own.astype(np.float32)
    drawn += cv2.multiply(cv2.subtract(thin, own), _at_side(thinner, side), dtype=cv2.CV_32F)
    drawn -= cv2.multiply(cv2.subtract(own, bold), _at_side(bolder, side), dtype=cv2.CV_32F)
    return drawn


def _at_side(cells: Floats, side: int) -> Floats:
    return np.asarray(cv2.resize(cells, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)


@cache
def _places(side: int) -> Floats:
    """Return the pixels' own coordinates, (side, side, 2) float32 x and y."""
    at = np.arange(side, dtype=np.float32)
    return np.ascontiguousarray(np.stack(np.meshgrid(at, at), axis=-1))


def _depth(drawing: Gray, rows: slice, columns: slice) -> tuple[Floats, Floats]:
    """Return how deep each pixel lies in the ink, and half the width of the line that is nearest.

    Both are (2·H, 2·W) float32 in half pixels, of (H, W) in these rows and columns; the depth is
    negative outside.
    """
    fine = cv2.resize(drawing, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_CUBIC)
    fine = fine[_finer(rows), _finer(columns)]
    ink = np.asarray(fine < _INK_BELOW, np.uint8)
    if not ink.any():
        return np.full(ink.shape, -np.inf, np.float32), np.zeros(ink.shape, np.float32)
    inside = cv2.distanceTransform(ink, cv2.DIST_L2, cv2.DIST_MASK_5)
    outside = cv2.distanceTransform(1 - ink, cv2.DIST_L2, cv2.DIST_MASK_5)
    around = np.ones((2 * _WIDEST + 1, 2 * _WIDEST + 1), np.uint8)
    half_width = cv2.dilate(inside, around)
    half_width[half_width > _WIDEST] = 0
    # Of a pixel's two distances one is 0, and its middle lies half a pixel from its edge.
    depth = np.subtract(inside, outside, out=outside)
    depth -= ink.astype(np.float32) - np.float32(0.5)
    return np.asarray(depth, np.float32), np.asarray(half_width, np.float32)


def _finer(part: slice) -> slice:
    return slice(part.start * _FINER, part.stop * _FINER)


def _edge(depth: Floats) -> Gray:
    """Draw what lies deeper than 0, smooth-edged, at the drawing's own size."""
    fine = cv2.convertScaleAbs(np.clip(_MIDDLE - 255 * depth, 0, 255))
    size = depth.shape[1] // _FINER, depth.shape[0] // _FINER
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.uint8)
