"""The statistics of a bundle's latent space, and its prepared attract loop: `latents.npz`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.arrays import DAMAGES, open_arrays
from exhibit.contract.bundle import LATENTS, Bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.values import Floats, Gray


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """Statistics of the latent space and the prepared attract loop.

    Args:
        w_avg: (w_dim,) float32, the mean w.
        covariance: (w_dim, w_dim) float32 of w.
        attract: (n, R, R) or (n, R, R, 3) uint8, frames of a slow closed walk, dark on light.
        radius: how far the codes of held-out sketches lie from w_avg (see `exhibit.editing.pull`),
            or None where it was not measured.
    """

    w_avg: Floats
    covariance: Floats
    attract: Gray
    radius: float | None = None


def load_latents(bundle: Bundle) -> Latents:
    """Read `latents.npz`; raises BundleError when an array is missing or has the wrong shape."""
    file, card = bundle.file(LATENTS), bundle.card
    try:
        with open_arrays(file) as arrays:
            latents = Latents(
                arrays["w_avg"].astype(np.float32),
                arrays["covariance"].astype(np.float32),
                arrays["attract"],
                float(arrays["radius"]) if "radius" in arrays else None,
            )
    except DAMAGES as error:
        raise BundleError(f"{file}: {error}; expected w_avg, covariance and attract") from None
    side, dim = card.resolution, card.w_dim
    expected = {"w_avg": (dim,), "covariance": (dim, dim)}
    for name, shape in expected.items():
        found = getattr(latents, name)
        if found.shape != shape:
            raise BundleError(f"{file}: {name} has shape {found.shape}, expected {shape}")
        if not np.isfinite(found).all():
            raise BundleError(f"{file}: {name} is not finite everywhere")
    if latents.radius is not None and not 0 < latents.radius < np.inf:
        raise BundleError(f"{file}: radius is {latents.radius}, expected a finite number above 0")
    check_walk(latents.attract, file)
    if latents.attract.shape[1] != side:
        raise BundleError(
            f"{file}: attract has pictures of {latents.attract.shape[1]} px, expected {side}"
        )
    return latents


def check_walk(walk: NDArray[Any], file: Path) -> None:
    """Refuse what is no attract loop: (n, R, R) or (n, R, R, 3) uint8, at least one picture.

    Raises:
        BundleError: names the file.
    """
    square = walk.ndim in (3, 4) and walk.shape[1] == walk.shape[2] > 0
    coloured = walk.ndim != 4 or walk.shape[3] == 3
    if walk.dtype != np.uint8 or not square or not coloured or not len(walk):
        raise BundleError(
            f"{file}: attract is {walk.dtype} {walk.shape}, expected uint8 (n, R, R) or "
            "(n, R, R, 3), at least one picture"
        )
