"""PandA: directions that give one appearance to one part of the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from exhibit.contract.errors import InputError
from models.directions.eigen import Doubles
from models.directions.factors import Factors, factorise
from models.directions.feature_maps import maps_at
from models.directions.region import Mask, describe
from models.directions.result import DirectionSet, Discovered, Floats
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

Part = Literal["learned", "region"]
EDGE = 4
SIDE, APPEARANCES, PARTS, SAMPLES = 16, 32, 16, 500


def discover(
    subject: Subject,
    side: int = SIDE,
    appearances: int = APPEARANCES,
    parts: int = PARTS,
    samples: int = SAMPLES,
    region: Mask | None = None,
    part: Part = "learned",
    codes: Codes | None = None,
) -> DirectionSet:
    """Factorise feature maps, and give the appearances of parts that vary most.

    Args:
        subject: generator; the directions move none of its codes.
        side: of the block whose map is factorised and added to.
        appearances: R_C, channels' mixtures, orthonormal.
        parts: R_S, non-negative.
        samples: random pictures whose maps are factorised.
        region: (R, R), true inside: only the part that lies in it most.
        part: `region` makes the region itself the part, as far as places lie within it.
        codes: (N, num_ws, w_dim) and their feature maps, instead of `samples`.

    Returns:
        Directions a_j·p_kᵀ of the feature map; their scores are the variance of ⟨Z, a_j·p_kᵀ⟩.

    Raises:
        InputError: more factors than the map has channels or places, more directions than
            factors, or a part of a region that is not named.

    Source: as `models.directions.factors.factorise`; their edit is Z + α·a_j·p_kᵀ.
    """
    if part == "region" and region is None:
        raise InputError("panda: part 'region' without a region; expected one, or part 'learned'")
    maps = flat_maps(subject, side, samples, codes)
    found = factorise(maps, appearances, parts, subject.seed)
    if region is not None and part == "region":
        found = replace(found, parts=region_part(region, side)[:, None])
    chosen = None if region is None else [part_within(found, region)]
    details: dict[str, Any] = {} if region is None else {"region": describe(region)}
    return edits(subject, found, maps, chosen, details)


def flat_maps(subject: Subject, side: int, samples: int, codes: Codes | None = None) -> Floats:
    """Feature maps (N, C, side·side) of codes, or of random pictures."""
    if codes is None:
        codes = Codes(subject.as_ws(subject.sample_w(samples)), None)
    maps = maps_at(subject, codes, side)
    return maps.reshape(*maps.shape[:2], -1)


def edits(
    subject: Subject,
    factors: Factors,
    maps: Floats,
    parts: list[int] | None = None,
    details: dict[str, Any] | None = None,
) -> DirectionSet:
    """Give the appearances of parts that vary most over maps, as directions.

    Args:
        subject: how many.
        factors: of its maps.
        maps: (N, C, S).
        parts: of these parts only; None for all.
        details: are kept with every direction.
    """
    listed = list(range(factors.parts.shape[1])) if parts is None else parts
    lengths = np.linalg.norm(factors.parts, axis=0)
    where = (factors.parts / np.maximum(lengths, 1e-12))[:, listed]
    told = factors.appearances.T.astype(np.float32) @ (maps @ where.astype(np.float32))
    spread = told.std(axis=0, dtype=np.float64)
    if subject.count > spread.size:
        raise InputError(f"panda: {subject.count} directions; expected at most {spread.size}")
    order = np.argsort(-spread, axis=None, kind="stable")[: subject.count]
    side = int(np.sqrt(maps.shape[2]))
    found = []
    for index, (j, k) in enumerate(zip(*np.unravel_index(order, spread.shape), strict=True)):
        rank_one = np.outer(factors.appearances[:, j], where[:, k]).reshape(-1, side, side)
        known = {"appearance": int(j) + 1, "part": listed[k] + 1, "side": side}
        direction = Discovered(
            name=f"panda-{index + 1}",
            vector=(rank_one / np.linalg.norm(rank_one)).astype(np.float32),
            method="panda",
            layers=(),
            seed=subject.seed,
            checkpoint=subject.checkpoint,
            score=float(spread[j, k] ** 2),
            sigma=float(spread[j, k]),
            details=(details or {}) | known | {"energy_left": factors.energy_left},
        )
        found.append(direction)
    return DirectionSet(tuple(found))


def part_within(factors: Factors, region: Mask) -> int:
    """The part of which most lies in a region (R, R) of the picture."""
    share = shares(region, int(np.sqrt(len(factors.parts))))
    energy = np.square(factors.parts)
    return int(np.argmax(share @ energy / np.maximum(energy.sum(axis=0), 1e-12)))


def region_part(region: Mask, side: int) -> Doubles:
    """A region (R, R) as a part (side·side,): places at its edge count for little.

    An addition spreads to its neighbours on the way to the picture, so that what is added at the
    edge of a region falls half outside of it.
    """
    return shares(region, side) ** EDGE


def shares(region: Mask, side: int) -> Doubles:
    """How much of each place of a map lies in a region (R, R): (side·side,), 0 to 1."""
    cell = len(region) // side
    return region.reshape(side, cell, side, cell).mean(axis=(1, 3), dtype=np.float64).ravel()
