"""ReSeFa: directions that change a region of the picture and leave the rest alone."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse.linalg import lobpcg
from torch import Tensor

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles
from models.directions.eigen import leading
from models.directions.local_map import (
    GeneratorMap,
    dense_grams,
    gram_products,
    local_maps,
    pixel_weights,
    region_rows,
)
from models.directions.low_rank import leading_quotients, low_rank_of, nystrom, random_probes, trace
from models.directions.region import Mask, describe
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

TAU = 1e-3
RANK = 64
TRACE_PROBES = 8
ROUNDS = 4


def discover(
    subject: Subject,
    region: Mask,
    samples: int = 1,
    tau: float = TAU,
    rank: int = RANK,
    codes: Codes | None = None,
) -> DirectionSet:
    """Maximise the change inside a region for the change outside it.

    Args:
        subject: generator and choices. W is solved densely, W+ by low rank.
        region: (R, R), true inside.
        samples: codes whose Grams add up, so that one direction serves all; 1 is the picture of
            the seed.
        tau: share of tr(J_bᵀJ_b) that is added to the background's Gram.
        rank: random vectors in W+; more start closer to the solution.
        codes: (N, num_ws, w_dim) and their feature maps, instead of `samples`.

    Returns:
        Directions; their scores are nᵀJ_fᵀJ_f n / nᵀ(J_bᵀJ_b + aI)n with a = tau·tr(J_bᵀJ_b).

    Raises:
        InputError: more directions than the region or the rank can give.

    Source: Zhu et al. 2022, "Region-Based Semantic Factorization in GANs", eqs. 7-12; their
        inverse is corrected in `LowRank.shifted_inverse`, and its result is only where we start
        from: a few rounds with exact products take away what the rank left out.
    """
    maps = local_maps(subject, samples, codes)
    inside = pixel_weights(region, subject.generator.config.img_channels)
    limit = min(maps[0].free, int(inside.sum()) * len(maps))
    if subject.count > min(limit, rank):
        raise InputError(
            f"resefa: {subject.count} directions; expected at most {min(limit, rank)}, what "
            "region, space and rank can give"
        )
    if subject.space == "w" or maps[0].free <= 4 * rank:
        within, background = dense_grams(maps, [inside, 1 - inside])
        vectors, quotients = solve_dense(within, background, tau, subject.count)
    else:
        vectors, quotients = solve_low_rank(maps, inside, tau, rank)
    shaped = vectors.reshape(len(vectors), *subject.code_shape)
    details: dict[str, Any] = {"region": describe(region), "samples": len(maps), "tau": tau}
    return subject.results("resefa", shaped, quotients, details)


def solve_dense(
    inside: Doubles, background: Doubles, tau: float, count: int
) -> tuple[Doubles, Doubles]:
    """Solve with both Grams (n, n) formed; returns rows (count, n) and quotients (count,)."""
    shift = tau * np.trace(background)
    return leading(inside, count, background + shift * np.eye(len(background)))


def solve_low_rank(
    maps: Sequence[GeneratorMap], inside: Tensor, tau: float, rank: int
) -> tuple[Doubles, Doubles]:
    """Solve with products only; memory grows with n·rank, never with pixels·n.

    A region of fewer pixels than `rank` is differentiated row by row, exactly.

    Args:
        maps: codes.
        inside: (pixels,) of 1 inside the region and 0 outside.
        tau: as in `discover`.
        rank: random vectors of the first approximation.

    Returns:
        Rows (count, n) and quotients (count,), largest first.
    """
    subject, free = maps[0].subject, maps[0].free
    probes = random_probes(free, rank + TRACE_PROBES, subject.seed)
    if int(inside.sum()) * len(maps) <= rank:
        region_gram = low_rank_of(region_rows(maps, inside))
        (of_background,) = gram_products(maps, [1 - inside], probes)
    else:
        of_inside, of_background = gram_products(maps, [inside, 1 - inside], probes)
        region_gram = nystrom(probes[:, :rank], of_inside[:, :rank])
    background = nystrom(probes[:, :rank], of_background[:, :rank])
    shift = tau * trace(background, probes[:, rank:], of_background[:, rank:])
    start, _ = leading_quotients(region_gram, background, shift, subject.count)
    start /= np.linalg.norm(start, axis=1, keepdims=True)
    with warnings.catch_warnings():
        # It warns when its tolerance is not reached; float32 products end before that.
        warnings.simplefilter("ignore", UserWarning)
        quotients, vectors = lobpcg(
            lambda block: region_gram @ block,
            start.T,
            B=lambda block: gram_products(maps, [1 - inside], block)[0] + shift * block,
            M=lambda block: background.shifted_inverse(shift, block),
            maxiter=ROUNDS,
            largest=True,
        )
    order = np.argsort(-quotients)
    return vectors.T[order], quotients[order]
