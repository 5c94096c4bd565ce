"""Linear SVM: the normal of the plane between drawings with least and with most of something."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from scipy.optimize import minimize

from exhibit.contract.values import Doubles
from models.directions.measured import Measured
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.directions.supervised import FRACTION, SAMPLES, Sampling, extremes, learn

_STIFFNESS = 0.01
"""C of the SVM on codes of unit variance: soft, since scores are noisy."""


def discover(
    subject: Subject,
    samples: int | Measured = SAMPLES,
    fraction: float = FRACTION,
    **sampling: Unpack[Sampling],
) -> DirectionSet:
    """Separate the top from the bottom of each semantic by a plane.

    Args:
        subject: generator and choices.
        samples: how many pictures to measure, or samples measured before.
        fraction: share of samples at the top, and share at the bottom.
        sampling: see `Sampling`.

    Returns:
        Directions named after their semantic; their score is the correlation with it.
    """
    return learn(
        "svm",
        subject,
        lambda measured: normals(measured, fraction),
        samples,
        sampling,
        fraction=fraction,
    )


def normals(measured: Measured, fraction: float) -> Doubles:
    """Normals of the separating planes, (k, w_dim).

    Source: Shen et al. 2020, "Interpreting the Latent Space of GANs for Semantic Face Editing",
        section 2.2 (InterFaceGAN); they take 2 % of 500,000 samples, `fraction` is larger since
        far fewer are drawn.
    """
    # One scale for all axes: a scale an axis would change what "normal" means. Centred, since the
    # solver also keeps the plane's offset small.
    w = (measured.w - measured.w.mean(axis=0)).astype(np.float64)
    w /= w.std()
    found = []
    for scores in measured.values.T:
        top, bottom = extremes(scores, fraction)
        chosen = np.concatenate([top, bottom])
        sides = np.repeat([1.0, -1.0], [len(top), len(bottom)])
        if np.ptp(scores) == 0:
            found.append(np.zeros(w.shape[1]))
            continue
        found.append(soft_plane(w[chosen], sides, _STIFFNESS)[:-1])
    return np.stack(found)


def soft_plane(codes: Doubles, sides: Doubles, stiffness: float) -> Doubles:
    """Find the plane that keeps two kinds of codes apart, at least 1 from it where that is cheap.

    Source: Fan et al. 2008, "LIBLINEAR: A Library for Large Linear Classification", eq. 1 with the
        squared hinge. Smooth and strictly convex, so that a general solver finds the one minimum.

    Args:
        codes: (n, d).
        sides: (n,), 1 or -1.
        stiffness: C, what a code that is too near costs.

    Returns:
        The normal and the offset, (d + 1,).
    """
    lifted = np.column_stack([codes, np.ones(len(codes))])

    def cost(plane: Doubles) -> tuple[float, Doubles]:
        lacking = np.maximum(0, 1 - sides * (lifted @ plane))
        gradient = plane - 2 * stiffness * lifted.T @ (sides * lacking)
        return float(plane @ plane / 2 + stiffness * lacking @ lacking), gradient

    return minimize(cost, np.zeros(lifted.shape[1]), jac=True, method="L-BFGS-B").x
