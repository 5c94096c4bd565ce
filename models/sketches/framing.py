"""Bring sketches into the unit square that becomes the encoder's ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Floats

MARGIN = 0.06
"""Share of the square left free on each side when a sketch fills it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """How a sketch lies in the square: its longer side and its centre, in units of the square."""

    extent: float = 1 - 2 * MARGIN
    centre: tuple[float, float] = (0.5, 0.5)


def frame_strokes(
    strokes: Sequence[Floats], whole: Sequence[Floats], placement: Placement
) -> tuple[Floats, ...]:
    """Move and scale strokes as the whole drawing would be, so that a beginning stays in its place.

    Args:
        strokes: what is drawn so far, each (n, 2).
        whole: the complete drawing, each (n, >=2), in the same units.
        placement: where the complete drawing lies.

    Returns:
        Strokes of (n, 2) float32 in the unit square.
    """
    points = np.concatenate([np.asarray(stroke)[:, :2] for stroke in whole])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = placement.extent / max(float((high - low).max()), 1e-6)
    offset = np.asarray(placement.centre) - scale * (low + high) / 2
    return tuple((scale * stroke[:, :2] + offset).astype(np.float32) for stroke in strokes)


def random_placement(rng: np.random.Generator) -> Placement:
    """Draw a placement as visitors choose one: mostly large, anywhere it fits."""
    extent = float(rng.uniform(0.2, 1 - MARGIN)) ** 0.7
    free = (1 - extent) / 2
    offset = rng.uniform(-free, free, 2) if free > 0 else np.zeros(2)
    return Placement(extent, (0.5 + float(offset[0]), 0.5 + float(offset[1])))
