"""The smoothest outline that agrees with the evidence: a binary labelling of least energy."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray

_ROUNDS = 40
_STEP = 0.35
_EDGE = 0.25
_LEAST_WEIGHT = 0.05
_STRIP_ROWS, _OVERLAP_ROWS = 512, 24


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
    height = for_paper.shape[0]
    ink = np.zeros(for_paper.shape, np.uint8)
    # The labelling is local: strips need less memory and fit the processor's cache.
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(height, top + _STRIP_ROWS)
        first, last = max(0, top - _OVERLAP_ROWS), min(height, bottom + _OVERLAP_ROWS)
        strip = _solve(for_paper[first:last], relative[first:last], smoothness)
        ink[top:bottom] = strip[top - first : bottom - first]
    return ink


def _solve(for_paper: Floats, relative: Floats, smoothness: float) -> Gray:
    across, down = _weights(relative, smoothness)
    label = (for_paper < 0).astype(np.float32)
    ahead = label.copy()
    flow_x, flow_y = np.zeros_like(label), np.zeros_like(label)
    for _ in range(_ROUNDS):
        flow_x[:, :-1] += _STEP * (ahead[:, 1:] - ahead[:, :-1])
        flow_y[:-1] += _STEP * (ahead[1:] - ahead[:-1])
        np.clip(flow_x, -across, across, out=flow_x)
        np.clip(flow_y, -down, down, out=flow_y)
        spread = flow_x + flow_y - for_paper
        spread[:, 1:] -= flow_x[:, :-1]
        spread[1:] -= flow_y[:-1]
        moved = np.clip(label + np.float32(_STEP) * spread, np.float32(0), np.float32(1))
        ahead = np.float32(2) * moved - label
        label = moved
    return as_gray(label > 0.5)


def _weights(relative: Floats, smoothness: float) -> tuple[Floats, Floats]:
    """Return what a change of label costs between each pixel and its right and lower neighbour."""
    weights = []
    for axis in (1, 0):
        step = np.abs(np.diff(relative, axis=axis, append=np.take(relative, [-1], axis=axis)))
        kept = np.clip(1.0 - step / _EDGE, _LEAST_WEIGHT, 1.0)
        weights.append(np.asarray(0.5 * smoothness * kept, np.float32))
    return weights[0], weights[1]
