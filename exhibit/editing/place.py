"""Where a code lies in the latent space, in three numbers that somebody can hear or see move."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.latents import Latents
from exhibit.contract.values import Floats
from exhibit.editing.pull import Pull

_AXES = 3
_SEED = 1
_REMEMBERED = 2000
"""Codes after which the oldest count no more: some hours of visitors."""
_DEVIATION, _BELIEVED = 0.4, 10
"""What is expected before anything was seen, and for how many codes that counts."""


class LatentPlace:
    """Projects codes on three fixed axes of the whitened latent space, and learns their spread.

    An encoder reaches a small part of the latent space, far from its mean and not along its widest
    axes: what visitors draw differs much less than what the generator can draw. So a place is told
    against the codes that were seen so far.

    Args:
        latents: w_avg and covariance of the bundle.
    """

    def __init__(self, latents: Latents) -> None:
        self._pull = Pull(latents)
        random = np.random.default_rng(_SEED)
        self._axes = np.linalg.qr(random.standard_normal((latents.w_avg.size, _AXES)))[0]
        self._mean: NDArray[np.float64] | None = None
        self._variance = np.full(_AXES, _DEVIATION**2)
        self._seen = 0
        self._newest: Floats | None = None
        self._place: Floats = np.zeros(_AXES, np.float32)

    def __call__(self, w_plus: Floats) -> Floats:
        """Return (3,) float32 of (num_ws, w_dim), in deviations of the codes seen so far."""
        if w_plus is self._newest:
            return self._place
        self._newest = w_plus
        found = self._pull.whitened(w_plus.mean(axis=0)) @ self._axes
        self._learn(found)
        away = (found - self._mean) / np.sqrt(self._variance)
        self._place = np.asarray(away, np.float32)
        return self._place

    def _learn(self, found: NDArray[np.float64]) -> None:
        if self._mean is None:
            self._mean = found
        self._seen = min(self._seen + 1, _REMEMBERED)
        share = 1.0 / (_BELIEVED + self._seen)
        self._variance += share * (np.square(found - self._mean) - self._variance)
        self._mean = self._mean + share * (found - self._mean)
