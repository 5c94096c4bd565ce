"""Linear SVM: the normal of the plane between drawings with least and with most of something."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from sklearn.svm import LinearSVC

from models.directions.measured import Doubles, Measured
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
        lambda measured: normals(measured, fraction, subject.seed),
        samples,
        sampling,
        fraction=fraction,
    )


def normals(measured: Measured, fraction: float, seed: int) -> Doubles:
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
        truths = np.repeat([1, 0], [len(top), len(bottom)])
        if np.ptp(scores) == 0:
            found.append(np.zeros(w.shape[1]))
            continue
        plane = LinearSVC(C=_STIFFNESS, random_state=seed, max_iter=10_000)
        found.append(plane.fit(w[chosen], truths).coef_[0])
    return np.stack(found)
