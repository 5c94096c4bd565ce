"""How many of a drawing's lines are drawn that the ink did not show, above chance."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Gray
from models.measures.adherence import REACH_PX, distance_to, ink_mask, variants

_LEAST_PX = 50
"""A drawing of which less is hidden says nothing."""


def hidden_lines_drawn(drawing: Gray, ink: Gray, answer: Gray) -> float | None:
    """Measure one answer.

    Args:
        drawing: (D, D) uint8, 0 ink .. 255 paper, what the ink was made of.
        ink: (S, S) uint8, a part of its lines.
        answer: (R, R) or (R, R, 3) uint8.

    Returns:
        Share of the hidden lines within 3 px (of 256) of the answer's, above what flipped and
        shifted ones reach: 1 all, 0 no more than chance; None where hardly any are hidden.
    """
    hidden = ink_mask(drawing) & (distance_to(ink_mask(ink)) > REACH_PX)
    if hidden.sum() < _LEAST_PX:
        return None
    close = distance_to(ink_mask(answer)) <= REACH_PX
    found = float(close[hidden].mean())
    others = variants(hidden)
    chance = float(np.mean([close[other].sum() / max(int(other.sum()), 1) for other in others]))
    return (found - chance) / max(1 - chance, 1e-6)
