"""Mean difference: from the drawings with least of something to those with most of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.directions.measured import Doubles, Measured
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.directions.supervised import FRACTION, SAMPLES, extremes, learn


def discover(
    subject: Subject,
    samples: int | Measured = SAMPLES,
    classifier: Path | None = None,
    semantics: Sequence[str] = (),
    fraction: float = FRACTION,
) -> DirectionSet:
    """Take the difference of two mean codes for each semantic.

    Args:
        subject: generator and choices.
        samples: how many pictures to measure, or samples measured before.
        classifier: file whose scores become semantics too.
        semantics: which ones; empty for all.
        fraction: share of samples at the top, and share at the bottom.

    Returns:
        Directions named after their semantic; their score is the correlation with it.
    """
    return learn(
        "mean-difference",
        subject,
        lambda measured: differences(measured, fraction),
        samples,
        classifier=classifier,
        semantics=semantics,
        fraction=fraction,
    )


def differences(measured: Measured, fraction: float = FRACTION) -> Doubles:
    """Mean code of the top minus mean code of the bottom, (k, w_dim).

    Source: thesis, Paper V, eq. 10.
    """
    found = []
    for scores in measured.values.T:
        top, bottom = extremes(scores, fraction)
        vector = measured.w[top].mean(axis=0) - measured.w[bottom].mean(axis=0)
        found.append(vector if np.ptp(scores) > 0 else np.zeros_like(vector))
    return np.stack(found).astype(np.float64)
