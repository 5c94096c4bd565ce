"""The smoothest outline that agrees with the evidence: a binary labelling of least energy."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray

_ROUNDS = 40
_STEP = 0.35
_EDGE = 0.25
_LEAST_WEIGHT = 0.05
_TILE_PX, _OVERLAP_PX = (256, 512), 24


def smoothest_outline(for_paper: Floats, relative: Floats, smoothness: float) -> Gray:
    """Label each pixel ink or paper with the least energy.

    The energy is the sum of `for_paper` over ink, and of a weight over each pair of neighbours with
    different labels; the weight fades where the picture itself has an edge.

    Args:
        for_paper: (H, W) float32, below 0 where a pixel looks like ink.
        relative: (H, W) float32, contrast in units of the ink nearby.
        smoothness: weight of the outline's length.

    Returns:
        (H, W) uint8, 1 on ink.

    Source: Chan, Esedoglu and Nikolova, "Algorithms for finding global minimizers of image
        segmentation and denoising models", SIAM J. Appl. Math. 66(5), 2006, theorem 2; minimised by
        Chambolle and Pock, "A first-order primal-dual algorithm", JMIV 40, 2011, algorithm 1.
    """
    height, width = for_paper.shape
    ink = np.zeros(for_paper.shape, np.uint8)
    # The labelling is local: tiles need less memory and fit the processor's cache.
    for top in range(0, height, _TILE_PX[0]):
        for left in range(0, width, _TILE_PX[1]):
            rows, inner_rows = _around(top, _TILE_PX[0], height)
            columns, inner_columns = _around(left, _TILE_PX[1], width)
            evidence = for_paper[rows, columns]
            # Without a pixel that looks like ink, no ink is the least energy.
            if evidence.min() < 0:
                tile = _solve(evidence, relative[rows, columns], smoothness)
                ink[top : top + _TILE_PX[0], left : left + _TILE_PX[1]] = tile[
                    inner_rows, inner_columns
                ]
    return ink


def _around(start: int, length: int, end: int) -> tuple[slice, slice]:
    """Return a stretch with what overlaps it, and where it lies in there."""
    first, last = max(0, start - _OVERLAP_PX), min(end, start + length + _OVERLAP_PX)
    return slice(first, last), slice(start - first, min(end, start + length) - first)


def _solve(for_paper: Floats, relative: Floats, smoothness: float) -> Gray:
    shape, width = for_paper.shape, for_paper.shape[1]
    across, down = _weights(relative, smoothness)
    # In place and in one row: memory costs more here than sums. No flow leaves a row, since its
    # bounds are 0 there.
    for_paper = for_paper.ravel()
    label = (for_paper < 0).astype(np.float32)
    ahead, moved, step = label.copy(), np.empty_like(label), np.zeros_like(label)
    flow_x, flow_y = np.zeros_like(label), np.zeros_like(label)
    for _ in range(_ROUNDS):
        np.subtract(ahead[1:], ahead[:-1], out=step[:-1])
        _push(flow_x, step, across)
        np.subtract(ahead[width:], ahead[:-width], out=step[:-width])
        _push(flow_y, step, down)
        np.add(flow_x, flow_y, out=moved)
        moved -= for_paper
        moved[1:] -= flow_x[:-1]
        moved[width:] -= flow_y[:-width]
        moved *= np.float32(_STEP)
        moved += label
        np.maximum(moved, np.float32(0), out=moved)
        np.minimum(moved, np.float32(1), out=moved)
        np.add(moved, moved, out=ahead)
        ahead -= label
        label, moved = moved, label
    return as_gray(label > 0.5).reshape(shape)


def _push(flow: Floats, step: Floats, most: tuple[Floats, Floats]) -> None:
    """Let a flow follow a difference of labels within what a change of label costs (in place)."""
    step *= np.float32(_STEP)
    flow += step
    np.maximum(flow, most[0], out=flow)
    np.minimum(flow, most[1], out=flow)


def _weights(
    relative: Floats, smoothness: float
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return bounds (H·W,) of the flow from each pixel to its right and to its lower neighbour.

    The upper bound is what a change of label costs there; the lower one is its negative.
    """
    bounds = []
    for axis in (1, 0):
        step = np.abs(np.diff(relative, axis=axis, append=np.take(relative, [-1], axis=axis)))
        kept = np.clip(1.0 - step / _EDGE, _LEAST_WEIGHT, 1.0)
        most = np.asarray(0.5 * smoothness * kept, np.float32)
        most[(slice(None), -1) if axis else -1] = 0.0
        bounds.append((np.negative(most).ravel(), most.ravel()))
    return bounds[0], bounds[1]
