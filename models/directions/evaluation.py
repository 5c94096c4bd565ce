"""Do directions go with what they are named after, and with nothing else?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from exhibit.contract.values import Doubles
from models.directions import mean_difference, regression
from models.directions.effects import Table
from models.directions.measured import Measured, correlations
from models.directions.result import DirectionSet
from models.directions.subject import Subject
from models.directions.supervised import JUDGED_SHARE

LEAST_OWN, LEAST_RATIO = 0.7, 3.0
"""A direction is told apart with at least this correlation, so many times any other."""
CHOSEN = 5
"""Semantics of the table in which none goes with another."""


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """One table: correlation of wᵀv with every semantic, and how many directions pass.

    Args:
        table: by direction, by semantic.
        own: correlation with the semantic it is named after.
        other: largest correlation with any other, absolute.
        passed: names of those with own >= 0.7 and own >= 3 · other.
    """

    table: Table
    own: dict[str, float]
    other: dict[str, float]
    passed: tuple[str, ...]


def judge(measured: Measured, directions: DirectionSet) -> Verdict:
    """Correlate directions named after semantics with all of them.

    Source: table 2 of "Semantic and localized representation learning".
    """
    table = {d.name: correlations(measured, d.vector) for d in directions}
    own = {name: row[name] for name, row in table.items()}
    other = {
        name: max((abs(r) for semantic, r in row.items() if semantic != name), default=0.0)
        for name, row in table.items()
    }
    passed = tuple(name for name in table if own[name] >= max(LEAST_OWN, LEAST_RATIO * other[name]))
    return Verdict(table, own, other, passed)


def semantic_tables(subject: Subject, measured: Measured) -> dict[str, Verdict]:
    """Judge regression and mean difference, as measured and with conditioned semantics.

    Args:
        subject: generator.
        measured: samples; directions are fitted to most and judged on the rest.

    Returns:
        A verdict by method and targets, of all semantics and of the five that can be told apart.
    """
    apart = measured.only(tellable_apart(measured))
    kinds = {
        "all, as measured": measured,
        "five, as measured": apart,
        "five, conditioned": apart.uncorrelated(),
    }
    verdicts = {}
    for kind, samples in kinds.items():
        _, judged = samples.split(JUDGED_SHARE)
        wide = replace(subject, count=len(samples.names))
        found = {
            "regression": regression.discover(wide, samples),
            "mean-difference": mean_difference.discover(wide, samples),
            "mean-difference, white": mean_difference.discover(wide, samples, axes="white"),
        }
        for method, directions in found.items():
            verdicts[f"{method}: {kind}"] = judge(judged, directions)
    return verdicts


def tellable_apart(measured: Measured, count: int = CHOSEN) -> tuple[str, ...]:
    """Choose the semantics that can be predicted best once they are conditioned on each other.

    Args:
        measured: samples; only those that directions are fitted to are looked at, the others
            judge.
        count: how many.
    """
    fitted, _ = measured.split(JUDGED_SHARE)
    first, second = fitted.split(0.5)
    weights = regression.regressed(first)
    predicted = (second.w - second.w.mean(axis=0)) @ weights.T
    values = second.standardised()
    moving = [i for i in range(len(measured.names)) if np.ptp(fitted.values[:, i]) > 0]
    sets = list(combinations(moving, min(count, len(moving))))
    worst = [_least_fit(predicted[:, list(chosen)], values[:, list(chosen)]) for chosen in sets]
    return tuple(measured.names[i] for i in sets[int(np.argmax(worst))])


def _least_fit(predicted: Doubles, values: Doubles) -> float:
    """Smallest correlation of conditioned measures with their predictions."""
    covariance = values.T @ values / len(values)
    variances, axes = np.linalg.eigh(covariance)
    freed = (axes / np.sqrt(np.maximum(variances, 1e-9))) @ axes.T
    told, truth = predicted @ freed, values @ freed
    told = (told - told.mean(axis=0)) / told.std(axis=0)
    truth = (truth - truth.mean(axis=0)) / truth.std(axis=0)
    return float((told * truth).mean(axis=0).min())
