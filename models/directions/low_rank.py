"""Gram matrices of thousands of rows by a few vectors, and their shifted inverse.

A Gram G = V·diag(values)·Vᵀ of low rank is kept as V (n, r), orthonormal columns, and values (r,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh, qr, svd

from exhibit.contract.values import Doubles
from models.directions.eigen import leading

NOISE = 1e-6
"""Relative size below which eigenvalues of float32 products say nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class LowRank:
    """V·diag(values)·Vᵀ: `vectors` (n, r) with orthonormal columns, `values` (r,) ≥ 0."""

    vectors: Doubles
    values: Doubles

    def __matmul__(self, block: Doubles) -> Doubles:
        """Multiply with a block (n, k)."""
        return self.vectors @ (self.values[:, None] * (self.vectors.T @ block))

    def shifted_inverse(self, shift: float, block: Doubles) -> Doubles:
        """Multiply (G + shift·I)⁻¹ with a block (n, k).

        Source: Zhu et al. 2022, "Region-Based Semantic Factorization in GANs" (ReSeFa), eq. 12,
            with D² = values: (1/a)·(I − V·D(aI + D²)⁻¹D·Vᵀ). The printed form, a·I − …, is not
            the inverse: it lacks the factor 1/a².
        """
        kept = self.values / (shift + self.values)
        return (block - self.vectors @ (kept[:, None] * (self.vectors.T @ block))) / shift


def low_rank_of(rows: Doubles) -> LowRank:
    """Take the Gram JᵀJ of a few rows J (r, n)."""
    _, sizes, vectors = svd(rows, full_matrices=False)
    return LowRank(vectors.T, sizes**2)


def random_probes(size: int, count: int, seed: int) -> Doubles:
    """Draw (size, count) standard normal vectors."""
    return np.random.default_rng(seed).standard_normal((size, count))


def nystrom(probes: Doubles, products: Doubles) -> LowRank:
    """Approximate a Gram by its products with random vectors.

    Args:
        probes: Ω, (n, r).
        products: G·Ω, (n, r); may carry the noise of float32.

    Returns:
        (GΩ)(ΩᵀGΩ)⁺(GΩ)ᵀ, of rank r at most.

    Source: Tropp et al. 2017, "Fixed-Rank Approximation of a Positive-Semidefinite Matrix from
        Streaming Data"; with a pseudo-inverse in place of their shift.
    """
    basis, triangle = qr(probes, mode="economic")
    turned = np.linalg.solve(triangle.T, products.T).T
    core = basis.T @ turned
    values, vectors = eigh((core + core.T) / 2)
    kept = values > NOISE * values[-1]
    factor = turned @ (vectors[:, kept] / np.sqrt(values[kept]))
    left, sizes, _ = svd(factor, full_matrices=False)
    return LowRank(left, sizes**2)


def trace(known: LowRank, probes: Doubles, products: Doubles) -> float:
    """Estimate the trace of a Gram: exactly of the part known, by probes of the rest.

    Args:
        known: approximation of G that was made with other probes.
        probes, products: Ω and G·Ω, (n, k), standard normal.

    Source: Meyer et al. 2021, "Hutch++: Optimal Stochastic Trace Estimation".
    """
    rest = np.sum(probes * (products - known @ probes)) / probes.shape[1]
    return float(known.values.sum() + max(0.0, rest))


def leading_quotients(
    inside: LowRank, background: LowRank, shift: float, count: int
) -> tuple[Doubles, Doubles]:
    """Maximise nᵀFn / nᵀ(B + shift·I)n for two Grams of low rank.

    Args:
        inside: F.
        background: B.
        shift: > 0.
        count: how many; at most the rank of F.

    Returns:
        Vectors as rows (count, n), not of unit length, and quotients (count,), largest first.
    """
    factor = inside.vectors * np.sqrt(inside.values)
    solved = background.shifted_inverse(shift, factor)
    small = factor.T @ solved
    vectors, quotients = leading((small + small.T) / 2, count)
    return vectors @ solved.T, quotients
