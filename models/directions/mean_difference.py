"""Mean difference: from the drawings with least of something to those with most of it."""

from __future__ import annotations

from typing import Literal, Unpack

import numpy as np

from exhibit.contract.values import Doubles
from models.directions.measured import Measured
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.directions.supervised import FRACTION, LEAST_SPREAD, SAMPLES, Sampling, extremes, learn

Axes = Literal["as-is", "white"]


def discover(
    subject: Subject,
    samples: int | Measured = SAMPLES,
    fraction: float = FRACTION,
    axes: Axes = "as-is",
    **sampling: Unpack[Sampling],
) -> DirectionSet:
    """Take the difference of two mean codes for each semantic.

    Args:
        subject: generator and choices.
        samples: how many pictures to measure, or samples measured before.
        fraction: share of samples at the top, and share at the bottom.
        axes: `as-is` is the thesis' form; `white` measures differences in the deviations of w along
            each axis, so that the few wide axes, on which everything depends a little, do not
            decide alone (Fisher's discriminant).
        sampling: see `Sampling`.

    Returns:
        Directions named after their semantic; their score is the correlation with it.
    """
    return learn(
        "mean-difference",
        subject,
        lambda measured: differences(measured, fraction, axes),
        samples,
        sampling,
        fraction=fraction,
        axes=axes,
    )


def differences(measured: Measured, fraction: float = FRACTION, axes: Axes = "as-is") -> Doubles:
    """Mean code of the top minus mean code of the bottom, (k, w_dim).

    Source: thesis, Paper V, eq. 10; `white` multiplies it by the inverse covariance of w.
    """
    found = []
    for scores in measured.values.T:
        top, bottom = extremes(scores, fraction)
        vector = measured.w[top].mean(axis=0) - measured.w[bottom].mean(axis=0)
        found.append(vector if np.ptp(scores) > 0 else np.zeros_like(vector))
    stacked = np.stack(found).astype(np.float64)
    if axes == "as-is":
        return stacked
    # One tolerance for deviations is its square for a covariance.
    precision = np.linalg.pinv(np.cov(measured.w, rowvar=False), LEAST_SPREAD**2, hermitian=True)
    return stacked @ precision
