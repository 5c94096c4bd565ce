"""Drawings and ink as vectors whose product is, but for a constant, how well they fit.

Every part of the score is a sum over cells, so a first look at all drawings is one product of
matrices; and drawings are so much alike that few of its directions carry nearly all of it.
"""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats
from exhibit.recall.cells import COARSE, Cells, as_shares, summed_by_two
from exhibit.recall.orientation import DIRECTIONS

_HALF = COARSE // 2
OUTLOOK_LENGTH = COARSE**2 * DIRECTIONS + _HALF**2 * DIRECTIONS + _HALF**2
_CONTOUR, _INKED = 13.0, 40.0
"""Weights that let lines, contour and place count alike when directions are chosen."""


def outlooks(coarse: Cells, contour: Cells, inked: Floats) -> Floats:
    """Return what of drawings counts for the score, in one vector each.

    Args:
        coarse: (n, 16, 16, 6) lines above chance.
        contour: (n, 16, 16, 6) outer contours.
        inked: (n, 16, 16) share of the drawing in each cell.

    Returns:
        (n, OUTLOOK_LENGTH) float32.
    """
    count = len(coarse)
    outline = contour.astype(np.float32)
    outline /= np.maximum(outline.sum(axis=(1, 2, 3), keepdims=True), 1e-6)
    parts = (
        as_shares(coarse).reshape(count, -1),
        _CONTOUR * _halved(outline),
        _INKED * _halved(inked[..., None]),
    )
    return np.concatenate(parts, axis=1).astype(np.float32)


def demands(lines: Floats, near: Floats, sheet: Floats) -> Floats:
    """Return what ink asks of drawings, so that its product with an outlook is the score.

    Args:
        lines: (p, 16, 16, 6) ink under a drawing at p places, times what a line is worth.
        near: (p, 16, 16, 6) where contours are explained, times what a contour is worth.
        sheet: (p, 16, 16) where the sheet is, times what lying on it is worth.

    Returns:
        (p, OUTLOOK_LENGTH) float32.
    """
    parts = (
        lines.reshape(len(lines), -1),
        _halved(near) / (4 * _CONTOUR),
        _halved(sheet[..., None]) / (4 * _INKED),
    )
    return np.concatenate(parts, axis=1).astype(np.float32)


def principal_directions(vectors: Floats, count: int) -> Floats:
    """Return the directions (d, count) that keep most of vectors (n, d); fewer where there are."""
    _, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return np.asarray(directions[:, ::-1][:, :count], np.float32).copy()


def _halved(values: Floats) -> Floats:
    """Sum cells (n, 16, 16, c) up by two and two: (n, 8·8·c)."""
    return summed_by_two(values).reshape(len(values), -1)
