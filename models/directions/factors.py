"""Appearances and parts: feature maps as few channels' mixtures at few places (PandA's model)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, minimize

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles, Floats
from models.directions.eigen import leading

PLACES_KEPT = 64
"""Principal patterns of places that all rounds but their energy's count are computed in."""
TURNS, TURN_TOLERANCE = 200, 1e-6
START_STEPS, START_TOLERANCE = 60, 1e-5
ROUNDS, ROUND_STEPS, ROUND_TOLERANCE = 20, 40, 1e-6
SETTLED = 5e-4
"""A round that takes away less of the energy left, as a share of it, is the last."""

Product = Callable[[Doubles], Doubles]


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """What feature maps Z_i (C, S) share: Z_i ≈ A·diag(gains)·Aᵀ·Z_i·P·Pᵀ.

    Args:
        appearances: A, (C, R_C), orthonormal columns, largest gain first.
        gains: (R_C,), positive.
        parts: P, (S, R_S), non-negative; a column is a part of the picture.
        energy_left: Σ‖Z_i − approximation‖² over Σ‖Z_i‖², of the maps they were found on.
    """

    appearances: Doubles
    gains: Doubles
    parts: Doubles
    energy_left: float

    def left_of(self, maps: Floats) -> float:
        """Share of the energy of other maps (N, C, S) that is left."""
        told = np.tensordot(self.appearances.T.astype(np.float32), maps, (1, 1))
        weighed = told.transpose(1, 0, 2) @ self.parts.astype(np.float32)
        weighed *= self.gains.astype(np.float32)[:, None]
        drawn = self.appearances.astype(np.float32) @ weighed @ self.parts.T.astype(np.float32)
        return float(_energy(maps - drawn) / _energy(maps))


def factorise(maps: Floats, appearances: int, parts: int) -> Factors:
    """Find appearances and parts of feature maps.

    Given one factor the other minimises −2·tr(XᵀG₁X) + tr(XᵀX·XᵀG₂X), with two Gram matrices that
    no longer know of single maps; L-BFGS-B solves that, with the bound 0 for parts. Parts start
    from the varimax rotation of the places' principal patterns, and the Grams are formed
    within the leading 64 of these; A and the energy are always of whole maps. Nothing is drawn by
    chance: the same maps give the same factors.

    Args:
        maps: (N, C, S) float32, S places in one row.
        appearances: R_C, at most C.
        parts: R_S, at most S.

    Raises:
        InputError: more factors than channels or places.

    Source: Oldfield et al. 2023, "PandA: Unsupervised Learning of Parts and Appearances in the
        Feature Maps of GANs", eq. 3 and algorithm 1. Their gradient steps let A drift from
        orthonormal columns, which lets AAᵀ weigh what it keeps; here A stays orthonormal, and the
        weights are gains of their own (the polar form of theirs). Steps follow the maps' norm.
        The start: Kaiser 1958, "The varimax criterion for analytic rotation in factor analysis".
    """
    _, channels, places = maps.shape
    if not 1 <= appearances <= channels or not 1 <= parts <= places:
        raise InputError(
            f"panda: {appearances} appearances and {parts} parts; expected at most {channels} "
            f"channels and {places} places"
        )
    energy = _energy(maps)
    patterns = leading(_gram(maps), min(places, max(PLACES_KEPT, 4 * parts)))[0].T
    reduced = maps @ patterns.astype(np.float32)
    mixing = leading(_gram(reduced.transpose(0, 2, 1)), appearances)[0].T
    grams, start = _place_grams(mixing, reduced), local_patterns(patterns[:, :parts])
    found = _placed(grams, patterns, start, START_STEPS, START_TOLERANCE)
    before, left = np.inf, 1.0
    for _ in range(ROUNDS):
        mixing, left = _mixed(maps, found, mixing, energy)
        if before - left < SETTLED * left:
            break
        before = left
        grams = _place_grams(mixing, reduced)
        found = _placed(grams, patterns, found, ROUND_STEPS, ROUND_TOLERANCE)
    columns, lengths, _ = np.linalg.svd(mixing, full_matrices=False)
    return Factors(columns, lengths**2, found, left)


def refine(factors: Factors, one: Floats) -> Doubles:
    """Fit the parts to one picture.

    Args:
        factors: of many.
        one: its map (C, S).

    Returns:
        (S, R_S) non-negative: the parts as they lie in this picture, in the same order.

    Source: as `factorise`, section 3.2.2.
    """
    told = factors.appearances.T @ one.astype(np.float64)
    rooted, whole = told * np.sqrt(factors.gains)[:, None], told * factors.gains[:, None]
    return descend(
        lambda x: rooted.T @ (rooted @ x),
        lambda x: whole.T @ (whole @ x),
        factors.parts,
        energy=float(np.square(rooted).sum()),
        bounded=True,
    )[0]


def descend(
    first: Product,
    second: Product,
    start: Doubles,
    *,
    energy: float,
    bounded: bool,
    steps: int = ROUND_STEPS,
    tolerance: float = ROUND_TOLERANCE,
) -> tuple[Doubles, float]:
    """Minimise −2·tr(XᵀG₁X) + tr(XᵀX·XᵀG₂X), from a start.

    Args:
        first, second: products with the symmetric G₁ and G₂.
        start: (n, k).
        energy: what the value is divided by.
        bounded: whether X stays non-negative.
        steps: at most.
        tolerance: relative decrease at which it ends.

    Returns:
        X and the value there.
    """

    def at(flat: Doubles) -> tuple[float, Doubles]:
        x = flat.reshape(start.shape)
        once, twice, gram = first(x), second(x), x.T @ x
        inner = x.T @ twice
        value = -2 * np.sum(x * once) + np.sum(inner * gram)
        slope = -4 * once + 2 * (twice @ gram + x @ inner)
        return value / energy, slope.ravel() / energy

    found = minimize(
        at,
        start.ravel(),
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(0, np.inf) if bounded else None,
        options={"maxiter": steps, "ftol": tolerance},
    )
    return found.x.reshape(start.shape), float(found.fun)


def local_patterns(patterns: Doubles) -> Doubles:
    """Turn orthonormal patterns (S, k) so that each has few places (varimax); cut at 0, (S, k)."""
    turn = np.eye(patterns.shape[1])
    before = 0.0
    for _ in range(TURNS):
        turned = patterns @ turn
        slope = turned**3 - turned * np.square(turned).mean(axis=0)
        left, lengths, right = np.linalg.svd(patterns.T @ slope)
        turn = left @ right
        if lengths.sum() <= before * (1 + TURN_TOLERANCE):
            break
        before = lengths.sum()
    turned = patterns @ turn
    return np.maximum(np.where((turned**3).sum(axis=0) < 0, -turned, turned), 0)


def _placed(
    grams: tuple[Doubles, Doubles],
    patterns: Doubles,
    start: Doubles,
    steps: int,
    tolerance: float,
) -> Doubles:
    """Parts (S, R_S) for given appearances, whose Grams are those of patterns (S, r)."""
    first, second = grams
    return descend(
        lambda x: patterns @ (first @ (patterns.T @ x)),
        lambda x: patterns @ (second @ (patterns.T @ x)),
        start,
        energy=float(np.trace(first)),
        bounded=True,
        steps=steps,
        tolerance=tolerance,
    )[0]


def _mixed(maps: Floats, parts: Doubles, start: Doubles, energy: float) -> tuple[Doubles, float]:
    """Mixing (C, R_C) for given parts, A·√gains·rotation, and the share of energy left."""
    inner = np.linalg.cholesky(parts.T @ parts + 1e-9 * np.eye(parts.shape[1]))
    within = maps @ parts.astype(np.float32)
    first = _gram(within.transpose(0, 2, 1))
    second = _gram((within @ inner.astype(np.float32)).transpose(0, 2, 1))
    mixing, value = descend(
        lambda x: first @ x, lambda x: second @ x, start, energy=energy, bounded=False
    )
    return mixing, 1 + value


def _place_grams(mixing: Doubles, maps: Floats) -> tuple[Doubles, Doubles]:
    """Σ ZᵀBZ and Σ ZᵀB²Z with B = mixing·mixingᵀ, of maps (N, C, r): (r, r) each."""
    lengths, turn = np.linalg.eigh(mixing.T @ mixing)
    once = np.tensordot(maps, mixing.astype(np.float32), (1, 0)).transpose(0, 2, 1)
    along = (turn * np.sqrt(np.maximum(lengths, 0))).T.astype(np.float32)
    return _gram(once), _gram(along @ once)


def _gram(maps: NDArray[np.float32]) -> Doubles:
    """Σ ZᵀZ of maps (N, C, S): (S, S)."""
    rows = maps.reshape(-1, maps.shape[2])
    return (rows.T @ rows).astype(np.float64)


def _energy(maps: Floats) -> float:
    flat = maps.reshape(-1)
    return float(np.dot(flat, flat))
