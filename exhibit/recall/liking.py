"""What speaks for a drawing besides how its lines fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Floats
from exhibit.recall.cells import COARSE
from exhibit.recall.inks import SIDES
from exhibit.recall.places import Places

_PART, _WHOLE = 0.35, 0.75
"""Extent of the ink, as a share of the drawing's side, up to which it is a part of the drawing, and
from which on it is the whole: drawings fill 0.86 of their squares."""

LEAST_FIT, _WELL = 0.1, 0.4
"""Score of the lines alone below which a drawing does not fit, and from which on it fits well."""


@dataclass(frozen=True, slots=True, eq=False)
class Liking:
    """What is added to the scores of n drawings.

    Args:
        alike: (n, 2) for ink that is like the drawing, as it is and turned over. It counts as far
            as the ink is the whole drawing; what a part is like says little of the whole.
        handicap: (n, 2) what is taken away from drawings as they are and turned over; infinite
            where they are not to be shown so.
    """

    alike: Floats
    handicap: Floats

    def added(self, places: Places, extent: float, fit: Floats) -> Floats:
        """Add liking to scores.

        Args:
            places: of c drawings.
            extent: of the ink, in shares of the sheet.
            fit: (c,) scores of the lines alone.

        Returns:
            (c,) scores; minus infinity where the lines do not fit.
        """
        hand = places.turned.astype(np.int64)
        alike = self.alike[places.drawing, hand]
        alike = alike * whole_share(extent, np.array(SIDES)[places.size])
        return liked(fit, alike, self.handicap[places.drawing, hand])


def liked(fit: Floats, alike: Floats, handicap: Floats) -> Floats:
    """Return scores: likeness counts as far as lines fit, and nothing counts where they do not."""
    # In place: a first look at all drawings has a megabyte of each.
    score = fit / np.float32(_WELL)
    np.clip(score, 0, 1, out=score)
    score *= alike
    score += fit
    score -= handicap
    score[fit < LEAST_FIT] = -np.inf
    return score


def whole_share(extent: float, side: Floats | float) -> Floats:
    """Return how far ink is a whole drawing, 0..1, where `side` coarse cells are the sheet's."""
    share = extent * np.asarray(side, np.float32) / COARSE
    return np.asarray(np.clip((share - _PART) / (_WHOLE - _PART), 0, 1), np.float32)
