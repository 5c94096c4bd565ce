"""PandA: directions that give one appearance to one part of the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats
from models.directions.factors import Factors, factorise, refine
from models.directions.feature_maps import maps_at
from models.directions.own_ink import ink_directions
from models.directions.region import Mask, describe
from models.directions.result import DirectionSet, Discovered
from models.directions.subject import Subject
from models.networks.psp.inverter import Codes

Part = Literal["learned", "region", "ink"]
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
    refined_to: int | None = None,
) -> DirectionSet:
    """Factorise feature maps, and give the appearances of parts that vary most.

    Args:
        subject: generator; the directions move none of its codes.
        side: of the block whose map is factorised and added to.
        appearances: R_C, channels' mixtures, orthonormal.
        parts: R_S, non-negative.
        samples: random pictures whose maps are factorised.
        region: (R, R), true inside: only the part that lies in it most.
        part: `region` makes the region itself the part, as far as places lie within it; `ink`
            gives appearances to what is drawn, wherever that is.
        codes: (N, num_ws, w_dim) and their feature maps, instead of `samples`.
        refined_to: which of the pictures learned parts are fitted to; None for all of them.

    Returns:
        Directions a_j·p_kᵀ of the feature map; their scores are the variance of ⟨Z, a_j·p_kᵀ⟩.

    Raises:
        InputError: more factors than the map has channels or places, more directions than
            factors, a part of a region that is not named, or a picture that is not there.

    Source: as `models.directions.factors.factorise`; their edit is Z + α·a_j·p_kᵀ.
    """
    if part == "region" and region is None:
        raise InputError("panda: part 'region' without a region; expected one, or part 'learned'")
    if part == "ink":
        return _of_ink(subject, side, appearances, parts, samples, codes)
    maps = flat_maps(subject, side, samples, codes)
    found = factorise(maps, appearances, parts)
    details: dict[str, Any] = {}
    if refined_to is not None:
        if not 0 <= refined_to < len(maps):
            raise InputError(f"picture {refined_to}: expected one of 0 to {len(maps) - 1}")
        found = replace(found, parts=refine(found, maps[refined_to]))
        details["refined_to"] = refined_to
    if region is not None and part == "region":
        found = replace(found, parts=region_part(region, side)[:, None])
    chosen = None if region is None else [part_within(found, region)]
    if region is not None:
        details["region"] = describe(region)
        details["of"] = part
    return edits(subject, found, maps, chosen, details)


def _of_ink(
    subject: Subject, side: int, appearances: int, parts: int, samples: int, codes: Codes | None
) -> DirectionSet:
    """Appearances of the generator's own maps, for what codes draw."""
    random = Codes(subject.as_ws(subject.sample_w(samples)), None)
    found = factorise(flat_maps(subject, side, samples, random), appearances, parts)
    details = {"energy_left": found.energy_left}
    return ink_directions(subject, found, random if codes is None else codes, side, details)


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
    listed = [part for part in listed if lengths[part] > 0]
    where = (factors.parts / np.maximum(lengths, 1e-12))[:, listed]
    told = factors.appearances.T.astype(np.float32) @ (maps @ where.astype(np.float32))
    spread = told.std(axis=0, dtype=np.float64)
    if subject.count > spread.size:
        raise InputError(f"panda: {subject.count} directions; expected at most {spread.size}")
    order = np.argsort(-spread, axis=None, kind="stable")[: subject.count]
    side = int(np.sqrt(maps.shape[2]))
    # As far as all that the maps hold at a part, and back: what an edit has to come against.
    reaches = 2 * np.linalg.norm(maps @ where.astype(np.float32), axis=1).mean(axis=0)
    found = []
    for index, (j, k) in enumerate(zip(*np.unravel_index(order, spread.shape), strict=True)):
        rank_one = np.outer(factors.appearances[:, j], where[:, k]).reshape(-1, side, side)
        known: dict[str, Any] = {"appearance": int(j) + 1, "part": listed[k] + 1, "side": side}
        known["reach"] = float(reaches[k])
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
