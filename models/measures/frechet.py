"""Fréchet distance of two sets of features: of their means and of their covariances."""

from __future__ import annotations

import numpy as np

from models.measures.kid import Features


def frechet(found: Features, reference: Features) -> float:
    """Squared Fréchet (2-Wasserstein) distance of the normal distributions nearest to two sets.

    Args:
        found: (n, d) features of one set.
        reference: (m, d) features of the collection; both are divided by its root mean square, as
            for KID. Too high for few pictures: compare sets of one size.

    Source: Dowson and Landau 1982; Heusel et al. 2017, section 4, where the features are
        Inception's. Haas, thesis, eq. 2.14, prints the distance of the means without its square.
    """
    scale = float(np.sqrt(np.square(reference).mean()))
    x, y = found / scale, reference / scale
    apart = np.square(x.mean(axis=0) - y.mean(axis=0)).sum()
    a, b = (np.cov(side, rowvar=False) for side in (x, y))
    values, axes = np.linalg.eigh(a)
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ b @ root), 0)).sum()
    return float(apart + np.trace(a) + np.trace(b) - 2 * shared)
