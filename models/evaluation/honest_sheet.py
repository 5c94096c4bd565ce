"""A sheet of ink, the nearest real drawing and the answer, side by side, for a person to judge."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exhibit.contract.values import Gray
from models.evaluation.measure import Evidence
from models.sheets import as_grey, contact_sheet
from models.sketches.visitors import SHARES, Visit

_RULE = 150


def honest_sheet(visits: Sequence[Visit], evidence: Evidence, indices: Sequence[int]) -> Gray:
    """For 25, 50 and 100 %: a row of ink, a row of the nearest drawings, a row of answers.

    Args:
        visits: all that were measured.
        evidence: the pictures of the measurement.
        indices: which visits are columns; choose them blindly, by a rule.
    """
    side = evidence.pictures["bundle"][SHARES[0]][0].shape[0]
    bands = []
    for share in SHARES:
        shown = (
            [visits[i].inks[share] for i in indices],
            [evidence.pictures["nearest"][share][i] for i in indices],
            [evidence.pictures["bundle"][share][i] for i in indices],
        )
        bands += [contact_sheet([as_grey(p, side) for p in row], len(row)) for row in shown]
        bands.append(np.full((2, bands[-1].shape[1]), _RULE, np.uint8))
    return np.vstack(bands[:-1])
