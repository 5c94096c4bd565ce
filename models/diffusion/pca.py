"""PCA of h-space: at every step the axes along which samples differ most, followed through all."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats
from models.diffusion.steps import followed
from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import Walk
from models.directions.eigen import leading
from models.directions.result import DirectionSet


def discover(subject: DenoiserSubject, walk: Walk) -> DirectionSet:
    """Find the principal components of h at every step, and follow each through the steps.

    The components of two steps are the same one where the samples lie along them alike; this also
    settles their signs. At every step a direction is as long as the samples differ along it.

    Args:
        subject: denoiser and choices.
        walk: its samples.

    Returns:
        Directions; their scores are the shares of variance that they have on the mean of all steps.

    Raises:
        InputError: too few samples.

    Source: Haas et al. 2024, "Discovering Interpretable Directions in the Semantic Latent Space of
        Diffusion Models", section 3.2; following the components by their samples is ours.
    """
    samples = walk.paths.shape[1]
    if samples <= subject.count:
        raise InputError(f"pca: {samples} samples; expected more than {subject.count} directions")
    parts = [components(h, subject.count) for h in walk.paths]
    along = [scores for _, _, scores in parts]
    orders, signs, constancy = followed(
        [np.corrcoef(a.T, b.T)[: len(a.T), len(a.T) :] for a, b in pairwise(along)]
    )
    vectors, shares = [], []
    for (axes, variances, _), h, order, sign in zip(parts, walk.paths, orders, signs, strict=True):
        vectors.append(axes[order] * (sign * np.sqrt(variances[order]))[:, None])
        shares.append(variances[order] / h.var(axis=0, ddof=1).sum())
    share = np.mean(shares, axis=0)
    best = np.argsort(-share, kind="stable")
    stacked = np.stack(vectors, axis=1)[best]
    found = subject.results("h-pca", stacked, walk.paths, share[best], {"samples": samples})
    for direction, constant in zip(found, constancy[best], strict=True):
        direction.details["constancy"] = round(float(constant), 4)
    return found


def components(h: Floats, count: int) -> tuple[Doubles, Doubles, Doubles]:
    """Principal components of samples at one step.

    Args:
        h: (n, d), d > n or not.
        count: how many.

    Returns:
        Unit vectors (count, d), variances (count,) and the samples' scores (n, count), largest
        variance first; by the Gram of the samples, which is smaller than the covariance.
    """
    centred = h.astype(np.float64) - h.mean(axis=0, dtype=np.float64)
    left, values = leading(centred @ centred.T, count)
    lengths = np.sqrt(np.maximum(values, 1e-30))
    axes = (left @ centred) / lengths[:, None]
    return axes, values / (len(h) - 1), left.T * lengths
