"""Jacobian subspace iteration: the directions that change the picture, or a part of it, most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.linalg import eigh, qr

from exhibit.contract.errors import InputError
from models.directions.eigen import Doubles, span_angle
from models.directions.local_map import gram_products, local_maps, pixel_weights
from models.directions.low_rank import random_probes
from models.directions.region import Mask, describe
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

ANGLE_RAD = 1e-3
MAX_ROUNDS = 200

Product = Callable[[Doubles], Doubles]


@dataclass(frozen=True, slots=True, eq=False)
class Subspace:
    """Leading eigenvectors as rows (count, n), eigenvalues (count,) and rounds it took."""

    vectors: Doubles
    values: Doubles
    rounds: int


def subspace_iteration(
    product: Product, start: Doubles, count: int, angle_rad: float = ANGLE_RAD
) -> Subspace:
    """Find the leading eigenvectors of a Gram that is known by its products.

    Args:
        product: G·block for a block (n, k).
        start: (n, k) random vectors; k > count makes it settle sooner.
        count: how many eigenvectors.
        angle_rad: ends when the span of the leading ones turns by less in a round.

    Returns:
        Eigenvectors of unit length, largest eigenvalue first.

    Raises:
        InputError: the span still turns after 200 rounds.

    Source: Haas et al. 2024, "Discovering Interpretable Directions in the Semantic Latent Space
        of Diffusion Models", algorithm 1; theirs ends after a number of rounds.
    """
    basis = qr(start, mode="economic")[0]
    turned, before = np.inf, None
    for rounds in range(1, MAX_ROUNDS + 1):
        image = product(basis)
        small = basis.T @ image
        values, turn = eigh((small + small.T) / 2)
        vectors = (basis @ turn[:, ::-1]).T[:count]
        if before is not None:
            turned = span_angle(before, vectors)
        if turned < angle_rad:
            return Subspace(vectors, values[::-1][:count], rounds)
        before, basis = vectors, qr(image, mode="economic")[0]
    raise InputError(
        f"jacobian: the span of {count} directions still turns by {turned:.2g} rad a round after "
        f"{MAX_ROUNDS} rounds; expected less than {angle_rad:.2g}: ask for another count or --angle"
    )


def discover(
    subject: Subject,
    region: Mask | None = None,
    samples: int = 1,
    angle_rad: float = ANGLE_RAD,
    codes: Codes | None = None,
) -> DirectionSet:
    """Find the leading right singular vectors of ∂G/∂w, or of its rows in a region.

    Args:
        subject: generator and choices.
        region: (R, R), true inside; None for the whole picture.
        samples: codes whose Grams add up; 1 is the picture of the seed.
        angle_rad: as in `subspace_iteration`.
        codes: (N, num_ws, w_dim) and their feature maps, instead of `samples`.

    Returns:
        Directions; their scores are singular values: change of the picture's norm for a step of
        one unit of w.

    Source: as `subspace_iteration`; products by forward and reverse mode, J is never formed.
    """
    maps = local_maps(subject, samples, codes)
    config = subject.generator.config
    whole = torch.ones(config.img_channels * config.resolution**2)
    weight = whole if region is None else pixel_weights(region, config.img_channels)
    limit = min(maps[0].free, int(weight.sum()) * len(maps))
    if subject.count > limit:
        raise InputError(f"jacobian: {subject.count} directions; expected at most {limit}")
    columns = min(2 * subject.count + 2, limit)
    found = subspace_iteration(
        lambda block: gram_products(maps, [weight], block)[0],
        random_probes(maps[0].free, columns, subject.seed),
        subject.count,
        angle_rad,
    )
    shaped = found.vectors.reshape(len(found.vectors), *subject.code_shape)
    details: dict[str, Any] = {"samples": len(maps), "rounds": found.rounds}
    if region is not None:
        details["region"] = describe(region)
    return subject.results("jacobian", shaped, np.sqrt(np.maximum(found.values, 0)), details)
