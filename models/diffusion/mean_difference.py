"""Mean difference in h-space: from the pictures without something to those with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats
from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import Walk
from models.directions.result import DirectionSet
from models.directions.supervised import FRACTION, extremes


def discover(
    subject: DenoiserSubject,
    walk: Walk,
    scores: NDArray[np.floating],
    names: Sequence[str],
    fraction: float = FRACTION,
) -> DirectionSet:
    """Take the difference of two mean ways for each label.

    Args:
        subject: denoiser.
        walk: its samples.
        scores: (n, labels) of their pictures, by a classifier.
        names: of the labels.
        fraction: share of samples at the top, and share at the bottom.

    Returns:
        Directions named after their label, of all steps; their score is the correlation of where
        samples lie along them with the label's score.

    Raises:
        InputError: all samples have the same score for a label.

    Source: Haas et al. 2024, eq. 10, at every step.
    """
    for name, column in zip(names, scores.T, strict=True):
        if np.ptp(column) == 0:
            raise InputError(f"mean-difference: all samples score alike for '{name}'")
    vectors = np.stack([differences(walk.paths, column, fraction) for column in scores.T])
    related = [
        float(np.corrcoef(np.einsum("tnd,td->n", walk.paths, vector), column)[0, 1])
        for vector, column in zip(vectors, scores.T, strict=True)
    ]
    details = {"samples": len(scores), "fraction": fraction}
    return subject.results("h-mean-difference", vectors, walk.paths, related, details, names)


def differences(paths: Floats, scores: NDArray[np.floating], fraction: float = FRACTION) -> Doubles:
    """Mean h of the top minus mean h of the bottom at every step: (steps, d)."""
    top, bottom = extremes(scores.astype(np.float64), fraction)
    means = [paths[:, rows].mean(axis=1, dtype=np.float64) for rows in (top, bottom)]
    return np.asarray(means[0] - means[1])
