"""Where a code lies in the latent space, in three numbers."""

from __future__ import annotations

import numpy as np

from exhibit.contract.bundle import Latents
from exhibit.contract.values import Floats

AXES = 3


class LatentPlace:
    """Projects codes on the widest axes of the latent space.

    Args:
        latents: w_avg and covariance of the bundle.
    """

    def __init__(self, latents: Latents) -> None:
        variances, axes = np.linalg.eigh(latents.covariance.astype(np.float64))
        widest = axes[:, ::-1][:, :AXES]
        # An eigenvector may point either way; its largest number is positive here.
        largest = np.take_along_axis(widest, np.abs(widest).argmax(axis=0)[None], axis=0)
        deviations = np.sqrt(np.maximum(variances[::-1][:AXES], 1e-12))
        self._axes: Floats = (widest * np.sign(largest) / deviations).astype(np.float32)
        self._w_avg = latents.w_avg

    def __call__(self, w_plus: Floats) -> Floats:
        """Return (3,) float32 of (num_ws, w_dim), in standard deviations, 0 for w_avg."""
        return np.asarray((w_plus.mean(axis=0) - self._w_avg) @ self._axes, np.float32)
