"""Jacobian subspace iteration: the directions that change the picture, or a part of it, most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.linalg import eigh, qr
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles
from models.directions.eigen import span_angle
from models.directions.local_map import LocalMap, gram_products, local_maps, pixel_weights
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


def leading_singular(
    maps: Sequence[LocalMap],
    weight: Tensor,
    count: int,
    seed: int,
    angle_rad: float = ANGLE_RAD,
    near: Doubles | None = None,
) -> Subspace:
    """Find the leading right singular vectors of the Jacobian of weighted pixels.

    The same for a generator and a denoiser: J is known by its products alone.

    Args:
        maps: pictures whose Grams add up.
        weight: (pixels,), 1 for those that count and 0 for others.
        count: how many.
        seed: of the vectors to begin with.
        angle_rad: as in `subspace_iteration`.
        near: (k, n) vectors that may lie near those looked for; they are begun with.

    Raises:
        InputError: more are asked for than J has, or the span does not settle.
    """
    free = maps[0].free
    limit = min(free, int(weight.sum()) * len(maps))
    if count > limit:
        raise InputError(f"jacobian: {count} directions; expected at most {limit}")
    start = random_probes(free, min(2 * count + 2, limit), seed)
    if near is not None:
        start[:, : len(near)] = near.T * np.sqrt(free)
    return subspace_iteration(
        lambda block: gram_products(maps, [weight], block)[0], start, count, angle_rad
    )


def pixels_of(region: Mask | None, channels: int, resolution: int) -> Tensor:
    """Weights of pixels as `leading_singular` takes them; None for the whole picture."""
    if region is None:
        return torch.ones(channels * resolution**2)
    return pixel_weights(region, channels)


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
    weight = pixels_of(region, config.img_channels, config.resolution)
    found = leading_singular(maps, weight, subject.count, subject.seed, angle_rad)
    shaped = found.vectors.reshape(len(found.vectors), *subject.code_shape)
    details: dict[str, Any] = {"samples": len(maps), "rounds": found.rounds}
    if region is not None:
        details["region"] = describe(region)
    return subject.results("jacobian", shaped, np.sqrt(np.maximum(found.values, 0)), details)
