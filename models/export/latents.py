"""Statistics of the latent space, and the attract loop that the stage plays when no one draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from exhibit.contract.values import Floats, Gray
from models.networks.psp.inverter import Codes
from models.networks.stylegan2.generator import Generator
from models.sketches.raster import as_gray

SAMPLES = 10_000
SHRINKAGE = 0.01
_CHUNK = 16


@dataclass(frozen=True, slots=True, eq=False)
class LatentStatistics:
    """Mean and spread of w over the prior.

    Args:
        w_avg: (w_dim,) float32.
        covariance: (w_dim, w_dim) float32.
        samples: (n, w_dim) float32, the samples themselves.
    """

    w_avg: Floats
    covariance: Floats
    samples: Floats


def latent_statistics(generator: Generator, seed: int) -> LatentStatistics:
    """Sample w and measure it.

    Args:
        generator: in evaluation mode; its tracked `w_avg` is what truncation pulls towards.
        seed: of the samples.
    """
    z = torch.randn(SAMPLES, generator.mapping.z_dim, generator=torch.manual_seed(seed))
    with torch.no_grad():
        w = generator.mapping.to_w(z).numpy()
    return LatentStatistics(
        generator.mapping.w_avg.numpy().astype(np.float32),
        np.cov(w, rowvar=False).astype(np.float32),
        w.astype(np.float32),
    )


def code_distances(statistics: LatentStatistics, w_plus: Floats) -> Floats:
    """How far codes lie from the prior, in standard deviations, as the table's editor measures it.

    Args:
        statistics: of the prior.
        w_plus: (n, num_ws, w_dim).

    Returns:
        (n,), about 1 for samples of the prior.

    Source: Mahalanobis distance with 1 % of the mean variance added to every axis, root mean square
        over rows; `exhibit.editing.pull` limits it to the bundle's `radius`.
    """
    variances, axes = np.linalg.eigh(statistics.covariance.astype(np.float64))
    floor = SHRINKAGE * max(float(variances.mean()), 1e-12)
    white = (w_plus - statistics.w_avg) @ (axes / np.sqrt(np.maximum(variances, 0) + floor))
    return np.sqrt(np.square(white).mean(axis=(1, 2))).astype(np.float32)


def render(generator: Generator, codes: Codes) -> Gray:
    """Draw pictures of codes.

    Args:
        generator: in evaluation mode.
        codes: w_plus (n, num_ws, w_dim), and feature (n, C, 16, 16) or None.

    Returns:
        (n, R, R) or (n, R, R, 3) uint8, 0 ink .. 255 paper.
    """
    pictures = []
    for first in range(0, codes.w_plus.shape[0], _CHUNK):
        part = slice(first, first + _CHUNK)
        feature = None if codes.feature is None else codes.feature[part]
        with torch.no_grad():
            pictures.append(as_gray(generator.synthesis(codes.w_plus[part], feature).numpy()))
    stacked = np.concatenate(pictures).transpose(0, 2, 3, 1)
    return stacked[..., 0] if stacked.shape[-1] == 1 else stacked
