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


@dataclass(frozen=True, slots=True, eq=False)
class Liking:
    """What is added to the scores of n drawings.

    Args:
        alike: (n, 2) for ink that is like the drawing, as it is and turned over. It counts as far
            as the ink is the whole drawing; what a part is like says little of the whole.
        handicap: (n,) what is taken away from drawings that are cut out of others.
    """

    alike: Floats
    handicap: Floats

    def at(self, places: Places, extent: float) -> Floats:
        """Return what is added at places (c,), for ink of an extent in shares of the sheet."""
        alike = self.alike[places.drawing, places.turned.astype(np.int64)]
        return np.asarray(
            whole_share(extent, np.array(SIDES)[places.size]) * alike
            - self.handicap[places.drawing],
            np.float32,
        )


def whole_share(extent: float, side: Floats | float) -> Floats:
    """Return how far ink is a whole drawing, 0..1, where `side` coarse cells are the sheet's."""
    share = extent * np.asarray(side, np.float32) / COARSE
    return np.asarray(np.clip((share - _PART) / (_WHOLE - _PART), 0, 1), np.float32)
