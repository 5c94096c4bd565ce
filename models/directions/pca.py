"""PCA: the directions along which the codes of random drawings differ most."""

from __future__ import annotations

import numpy as np

from exhibit.contract.errors import InputError
from models.directions.eigen import leading
from models.directions.result import DirectionSet
from models.directions.subject import Subject

SAMPLES = 20_000


def discover(subject: Subject, samples: int = SAMPLES) -> DirectionSet:
    """Find the principal components of w.

    Args:
        subject: generator and choices; `layers` only says where the directions are applied.
        samples: how many codes are drawn.

    Returns:
        Directions in W; their scores are the variances along them.

    Raises:
        InputError: asked for W+, where the prior has one code for all layers; or too few samples.

    Source: Härkönen et al. 2020, "GANSpace: Discovering Interpretable GAN Controls", section 2.1.
    """
    if subject.space != "w":
        raise InputError("pca: --space w_plus has no samples of its own; expected w")
    if samples <= subject.w_dim:
        raise InputError(f"pca: {samples} samples; expected more than w_dim, {subject.w_dim}")
    covariance = np.cov(subject.sample_w(samples).double().numpy(), rowvar=False)
    vectors, variances = leading(covariance, subject.count)
    return subject.results("pca", vectors, variances, {"samples": samples})
