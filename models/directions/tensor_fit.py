"""The parameters of a code in a tensor model: by alternating least squares, or full rank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exhibit.contract.values import Doubles
from models.directions.tensor_model import TensorModel

ROUNDS = 30
TOLERANCE = 1e-6
_SWEEPS = 30
Block = Callable[[Doubles, Doubles, int], Doubles]
"""From what one factor's parameters are multiplied with (r, r_k), coordinates (r,) and the factor's
index to its parameters (r_k,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A code in a model.

    Args:
        parameters: (r_k,) a factor.
        code: (d,) that they give.
        objectives: after each round; none rises.
    """

    parameters: list[Doubles]
    code: Doubles
    objectives: tuple[float, ...]


def scale_of(model: TensorModel) -> float:
    """Root mean square distance of the model's own codes from their mean.

    Penalties are given in its square, so that the same weight does the same in every model.
    """
    cells = np.prod([len(factor) for factor in model.factors])
    return float(np.linalg.norm(model.core) / np.sqrt(cells))


def fit_ridge(model: TensorModel, code: Doubles, weight: float) -> Fit:
    """Minimise ‖code − decoded‖² + weight · Σ‖parameters‖², each factor in turn exactly."""
    penalty = weight * scale_of(model) ** 2

    def block(matrix: Doubles, target: Doubles, factor: int) -> Doubles:
        gram = matrix.T @ matrix + penalty * np.eye(matrix.shape[1])
        return np.asarray(np.linalg.solve(gram, matrix.T @ target), np.float64)

    return _alternate(model, code, block, lambda given: penalty * sum(float(q @ q) for q in given))


def fit_lasso(model: TensorModel, code: Doubles, weight: float) -> Fit:
    """Minimise ‖code − decoded‖² + weight · Σ|parameters|, each factor in turn by coordinates."""
    penalty = weight * scale_of(model) ** 2
    kept: dict[int, Doubles] = dict(enumerate(model.averages()))

    def block(matrix: Doubles, target: Doubles, factor: int) -> Doubles:
        gram, aims = matrix.T @ matrix, matrix.T @ target
        found = kept[factor].copy()
        for _ in range(_SWEEPS):
            for j in range(len(found)):
                aim = aims[j] - gram[j] @ found + gram[j, j] * found[j]
                shrunk = max(abs(aim) - penalty / 2, 0.0)
                found[j] = np.sign(aim) * shrunk / gram[j, j] if gram[j, j] > 0 else 0.0
        kept[factor] = found
        return found

    return _alternate(
        model, code, block, lambda given: penalty * sum(float(np.abs(q).sum()) for q in given)
    )


def fit_summed(model: TensorModel, code: Doubles, weight: float) -> Fit:
    """Parameters that are a mixture of the levels' own: weights that add up to 1, kept even.

    Each factor's parameters are Uᵀa with Σa = 1, and weight · ‖a − 1/n‖² holds the weights a at
    the average level, so that a new head is a mixture of known ones and no factor takes over
    what belongs to another by its scale.

    Source: thesis, paper II, eqs. 4-6: regularised parameters with the sum constraint.
    """
    penalty = weight * scale_of(model) ** 2
    spread: dict[int, float] = {}

    def block(matrix: Doubles, target: Doubles, factor: int) -> Doubles:
        levels = model.factors[factor]
        mixed, count = matrix @ levels.T, len(levels)
        even = np.full(count, 1 / count)
        # Deviations from the even mixture add up to 0: the constraint is a change of basis.
        free = np.linalg.svd(even[None])[2][1:].T
        steps = mixed @ free
        gram = steps.T @ steps + penalty * np.eye(count - 1)
        away = np.linalg.solve(gram, steps.T @ (target - mixed @ even))
        spread[factor] = penalty * float(away @ away)
        return levels.T @ (even + free @ away)

    return _alternate(model, code, block, lambda given: sum(spread.values()))


def fit_full_rank(model: TensorModel, code: Doubles, weight: float) -> Fit:
    """A whole tensor of parameters instead of one vector a factor, by ridge.

    Returns:
        One entry of parameters, in the core's shape but its last.

    Source: thesis, paper II, full-rank parameter tensor.
    """
    flat = model.core.reshape(-1, model.core.shape[-1])
    penalty = weight * scale_of(model) ** 2
    target = model.within(code)
    # The smaller side of the two is solved.
    if len(flat) <= flat.shape[1]:
        found = np.linalg.solve(flat @ flat.T + penalty * np.eye(len(flat)), flat @ target)
    else:
        found = flat @ np.linalg.solve(flat.T @ flat + penalty * np.eye(flat.shape[1]), target)
    reached = found @ flat
    objective = float(np.square(target - reached).sum() + penalty * found @ found)
    shaped = np.asarray(found, np.float64).reshape(model.core.shape[:-1])
    return Fit([shaped], model.mean + model.basis @ reached, (objective,))


def _alternate(
    model: TensorModel, code: Doubles, block: Block, penalty: Callable[[list[Doubles]], float]
) -> Fit:
    """Solve for one factor after the other until the objective falls no more."""
    target = model.within(code)
    given = model.averages()
    objectives: list[float] = []
    for _ in range(ROUNDS):
        for factor in range(len(given)):
            matrix = model.contracted(given, but=factor).T
            given[factor] = block(matrix, target, factor)
        apart = float(np.square(target - model.contracted(given)).sum())
        objectives.append(apart + penalty(given))
        if len(objectives) > 1 and objectives[-2] - objectives[-1] <= TOLERANCE * objectives[-2]:
            break
    return Fit(given, model.decode(given), tuple(objectives))
