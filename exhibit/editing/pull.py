"""How far a code lies from the collection, and how much to pull it back.

Odd ink gives codes that no drawing of the collection has; their pictures fall apart. Truncation
towards the mean, as much as the distance asks for and no more, keeps them drawings.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.arrays import open_arrays
from exhibit.contract.bundle import GOLDEN, Bundle
from exhibit.contract.latents import Latents
from exhibit.contract.values import Floats

# Share of the mean variance added to every axis: the covariance of w is nearly singular, and
# axes along which samples hardly vary would otherwise decide alone.
_SHRINKAGE = 0.01
_GAUSSIAN_SIGMAS = 3.0


class Pull:
    """Distance of codes from w_avg in standard deviations, and the psi that limits it.

    Args:
        latents: w_avg and covariance of the bundle.
        radius: distance up to which a code is left alone; None takes what Gaussian codes reach.

    Source: the truncation trick of StyleGAN (Karras et al. 2019, section B), with psi chosen from
    the Mahalanobis distance instead of fixed.
    """

    def __init__(self, latents: Latents, radius: float | None = None) -> None:
        covariance = latents.covariance.astype(np.float64)
        dim = len(covariance)
        variances, axes = np.linalg.eigh(covariance)
        floor = _SHRINKAGE * max(float(np.trace(covariance)) / dim, 1e-12)
        self.w_avg = latents.w_avg
        self._whiten: Floats = (axes / np.sqrt(np.maximum(variances, 0) + floor)).astype(np.float32)
        # The mean of dim squared normal numbers is 1 with standard deviation sqrt(2 / dim).
        gaussian = float(np.sqrt(1 + _GAUSSIAN_SIGMAS * np.sqrt(2 / dim)))
        self.radius = gaussian if radius is None else radius

    def distance(self, w_plus: Floats) -> float:
        """Return the Mahalanobis distance of (num_ws, w_dim), about 1 for a sample of W."""
        return float(np.sqrt(np.mean(np.square(self.whitened(w_plus)))))

    def whitened(self, w: Floats) -> Floats:
        """Return codes (..., w_dim) as numbers that are about normal for samples of W."""
        return np.asarray((w - self.w_avg) @ self._whiten, np.float32)

    def psi(self, w_plus: Floats) -> float:
        """Return the largest psi that leaves the code within the radius."""
        distance = self.distance(w_plus)
        return self.radius / distance if distance > 0 else math.inf


def make_pull(bundle: Bundle, latents: Latents) -> Pull:
    """Return the pull of a bundle.

    The radius is the bundle's measured one; where there is none, the golden codes, which come from
    ink that the encoder was made for, must be left alone.
    """
    if latents.radius is not None:
        return Pull(latents, latents.radius)
    pull = Pull(latents)
    for w_plus in _golden_codes(bundle):
        pull.radius = max(pull.radius, pull.distance(w_plus))
    return pull


def _golden_codes(bundle: Bundle) -> NDArray[Any]:
    with open_arrays(bundle.file(GOLDEN)) as golden:
        return np.asarray(golden["w_plus"], np.float32)
