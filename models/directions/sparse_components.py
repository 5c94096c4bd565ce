"""Sparse components: rows of regression vectors as few directions, each of few pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Doubles

MOST_ROUNDS = 500
SETTLED = 1e-6
_WITHIN = 3


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """J ≈ U·Vᵀ.

    Args:
        weights: U (S, P), sparse: how much of each component a pixel has.
        directions: V (w_dim, P), unit columns.
        objective: at the end.
        rounds: it took.
    """

    weights: Doubles
    directions: Doubles
    objective: float
    rounds: int


def objective(j: Doubles, u: Doubles, v: Doubles, alpha: float, beta: float) -> float:
    """‖J − UVᵀ‖² + α·‖U‖₁ + β·Σ_{i≠j}(v_iᵀv_j)².

    Source: "Semantic and localized representation learning", eq. 5.
    """
    alike = v.T @ v
    np.fill_diagonal(alike, 0)
    misfit = np.square(j - u @ v.T).sum()
    return float(misfit + alpha * np.abs(u).sum() + beta * np.square(alike).sum())


def sparse_components(
    j: Doubles, count: int, alpha: float = 1.0, beta: float = 1.0, seed: int = 0
) -> Components:
    """Minimise eq. 5 by alternating exact steps; every one of them lowers the objective.

    A column of U for all else fixed is a soft threshold. A column of V on the sphere minimises a
    quadratic; its curvature is bounded by the largest eigenvalue, which gives a closed step.

    Args:
        j: (S, w_dim), one regression vector a pixel.
        count: P.
        alpha: weight of sparsity.
        beta: weight of directions being apart.
        seed: of the start, rotated leading directions of J and random ones beyond these.

    Source: as `objective`; there Adam takes 500,000 steps of 1e-4.
    """
    v = _start(j, count, seed)
    u = np.zeros((len(j), count))
    before, rounds = np.inf, 0
    while rounds < MOST_ROUNDS:
        rounds += 1
        _sparser(j @ v, v.T @ v, u, alpha)
        _apart(j.T @ u, u.T @ u, v, beta)
        now = objective(j, u, v, alpha, beta)
        if before - now < SETTLED * now:
            break
        before = now
    return Components(u, v, now, rounds)


def _start(j: Doubles, count: int, seed: int) -> Doubles:
    rng = np.random.default_rng(seed)
    rows = np.linalg.svd(j, full_matrices=False)[2][:count]
    v = rng.standard_normal((j.shape[1], count)) / np.sqrt(j.shape[1])
    turn = np.linalg.qr(rng.standard_normal((len(rows), len(rows))))[0]
    v[:, : len(rows)] = rows.T @ turn
    return v / np.linalg.norm(v, axis=0)


def _sparser(told: Doubles, alike: Doubles, u: Doubles, alpha: float) -> None:
    """Soft threshold for each column of U in turn; told is JV, alike VᵀV."""
    for _ in range(_WITHIN):
        for p in range(u.shape[1]):
            target = told[:, p] - u @ alike[:, p] + u[:, p]
            u[:, p] = np.sign(target) * np.maximum(np.abs(target) - alpha / 2, 0)


def _apart(pulled: Doubles, weighed: Doubles, v: Doubles, beta: float) -> None:
    """A closed step on the sphere for each column of V in turn; pulled is JᵀU, weighed UᵀU."""
    for p in range(v.shape[1]):
        if weighed[p, p] == 0 and beta == 0:
            continue
        others = np.delete(v, p, axis=1)
        pull = pulled[:, p] - others @ np.delete(weighed[:, p], p)
        bound = float(np.linalg.norm(others.T @ others, 2)) if others.size else 0.0
        for _ in range(_WITHIN):
            step = pull + 2 * beta * (bound * v[:, p] - others @ (others.T @ v[:, p]))
            length = np.linalg.norm(step)
            if length > 0:
                v[:, p] = step / length
