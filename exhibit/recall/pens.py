"""A drawing in three pens, so that lines keep their width where a field stretches them."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.recall.field import Field, between_nodes, gradient, resized, wirtinger
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
        depth, half_width = _depth(drawing)
        thin = _edge(depth - (1 - _THIN) * half_width)
        bold = _edge(depth + (_BOLD - 1) * half_width)
        self._pens = cv2.merge([np.maximum(thin, drawing), drawing, np.minimum(bold, drawing)])
        self._across = across

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


def _depth(drawing: Gray) -> tuple[Floats, Floats]:
    """Return how deep each pixel lies in the ink, and half the width of the line that is nearest.

    Both are (R·2, R·2) float32 in half pixels; the depth is negative outside.
    """
    side = drawing.shape[0] * _FINER
    fine = cv2.resize(drawing, (side, side), interpolation=cv2.INTER_CUBIC)
    ink = np.asarray(fine < _INK_BELOW, np.uint8)
    if not ink.any():
        return np.full((side, side), -np.inf, np.float32), np.zeros((side, side), np.float32)
    inside = cv2.distanceTransform(ink, cv2.DIST_L2, cv2.DIST_MASK_5)
    outside = cv2.distanceTransform(1 - ink, cv2.DIST_L2, cv2.DIST_MASK_5)
    around = np.ones((2 * _WIDEST + 1, 2 * _WIDEST + 1), np.uint8)
    half_width = cv2.dilate(inside, around)
    half_width[half_width > _WIDEST] = 0
    depth = np.where(ink > 0, inside - 0.5, 0.5 - outside)
    return np.asarray(depth, np.float32), np.asarray(half_width, np.float32)


def _edge(depth: Floats) -> Gray:
    """Draw what lies deeper than 0, smooth-edged, at the drawing's own size."""
    fine = cv2.convertScaleAbs(np.clip(_MIDDLE - 255 * depth, 0, 255))
    side = depth.shape[0] // _FINER
    return np.asarray(cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
