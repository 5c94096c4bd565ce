"""Semantic linear regression: the direction that predicts what is measured on a drawing."""

from __future__ import annotations

from typing import Unpack

import numpy as np

from exhibit.contract.values import Doubles
from models.directions.measured import Measured
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.directions.supervised import LEAST_SPREAD, SAMPLES, Sampling, learn


def discover(
    subject: Subject,
    samples: int | Measured = SAMPLES,
    **sampling: Unpack[Sampling],
) -> DirectionSet:
    """Fit one direction to each semantic by least squares.

    Args:
        subject: generator and choices.
        samples: how many pictures to measure, or samples measured before.
        sampling: see `Sampling`.

    Returns:
        Directions named after their semantic; their score is the correlation with it.
    """
    return learn(
        "regression",
        subject,
        regressed,
        samples,
        sampling,
    )


def regressed(measured: Measured) -> Doubles:
    """Solve for the vectors whose product with a difference of codes predicts that of measures.

    Args:
        measured: n samples.

    Returns:
        (k, w_dim), one row a measure, each in its standard deviations.

    Source: "Semantic and localized representation learning", eqs. 2-3, v = (ΔWᵀΔW)⁻¹ ΔWᵀΔY over
        pairs, by least squares instead of the inverse. Here every sample is paired with every
        other: the sums over all pairs are n times those over the samples from their mean, so no
        pair need be formed. Axes along which codes hardly vary are left out; nothing but noise
        could be learnt there.
    """
    centred = measured.w.astype(np.float64) - measured.w.mean(axis=0)
    return np.asarray(np.linalg.lstsq(centred, measured.standardised(), rcond=LEAST_SPREAD)[0].T)
