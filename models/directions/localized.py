"""Localized components: directions that each change few places of the upright, centred drawing."""

from __future__ import annotations

from typing import Any

import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles
from models.directions.canonical import canonical_map
from models.directions.drawing import CHUNK, draw_codes
from models.directions.result import DirectionSet
from models.directions.sparse_components import sparse_components
from models.directions.subject import Subject
from models.directions.supervised import LEAST_SPREAD
from models.networks.psp.inverter import Codes

SAMPLES, COMPONENTS, SIDE = 2000, 24, 16
ALPHA, BETA = 0.3, 1.0
LEAST = 0.01


def discover(
    subject: Subject,
    samples: int = SAMPLES,
    components: int = COMPONENTS,
    side: int = SIDE,
    alpha: float = ALPHA,
    beta: float = BETA,
) -> DirectionSet:
    """Regress every pixel of canonical maps on codes, and take that apart into sparse components.

    Args:
        subject: generator and choices.
        samples: random pictures.
        components: P; those with ‖u_p‖ < 0.01 are left out.
        side: of the canonical map.
        alpha, beta: weights of eq. 5 for regression vectors of unit root mean square length.

    Returns:
        Directions of w; their scores are ‖u_p‖, largest first.

    Raises:
        InputError: asked for W+, or fewer samples than codes have dimensions.

    Source: "Semantic and localized representation learning", eq. 5 and section 4.3.
    """
    if subject.space != "w":
        raise InputError("localized: --space w_plus has no samples of its own; expected w")
    if samples <= subject.w_dim:
        raise InputError(f"localized: {samples} samples; expected more than {subject.w_dim}")
    j = regression_vectors(subject, samples, side)
    found = sparse_components(j, components, alpha, beta, subject.seed)
    lengths = np.linalg.norm(found.weights, axis=0)
    order = np.argsort(-lengths, kind="stable")[: subject.count]
    kept = [int(p) for p in order if lengths[p] >= LEAST]
    if not kept:
        raise InputError(f"localized: no component is left at --alpha {alpha}; expected less")
    details: dict[str, Any] = {"samples": samples, "components": components, "side": side}
    details |= {"alpha": alpha, "beta": beta, "objective": found.objective}
    return subject.results("localized", found.directions.T[kept], lengths[kept], details)


def regression_vectors(subject: Subject, samples: int, side: int) -> Doubles:
    """One regression vector a pixel of the canonical map, (side², w_dim).

    They are scaled together to a root mean square length of 1, so that α and β mean the same for
    all models. Axes along which codes hardly vary are left out, as in `regression`.
    """
    w = subject.sample_w(samples)
    maps = []
    for part in w.split(CHUNK):
        pictures = draw_codes(subject, Codes(subject.as_ws(part), None))
        maps += [canonical_map(picture, side).ravel() for picture in pictures]
    values = np.stack(maps).astype(np.float64)
    codes = w.double().numpy()
    centred = codes - codes.mean(axis=0)
    rows = np.linalg.lstsq(centred, values - values.mean(axis=0), rcond=LEAST_SPREAD)[0].T
    length = np.sqrt(np.square(rows).sum(axis=1).mean())
    return np.asarray(rows / max(length, 1e-12))
