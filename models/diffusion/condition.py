"""Conditioning in h-space: what is left of a direction when others are taken out at every step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from exhibit.contract.errors import InputError
from models.diffusion.subject import DenoiserSubject
from models.diffusion.walk import Walk
from models.directions.condition import LEAST_LEFT, residual
from models.directions.result import DirectionSet, Discovered


def condition(
    subject: DenoiserSubject, walk: Walk, one: Discovered, others: Sequence[Discovered]
) -> DirectionSet:
    """Make a direction orthogonal to others at every step.

    Args:
        subject: the denoiser they were found in.
        walk: its samples, by which σ is measured anew.
        one: the direction to change; it keeps its name, method and score.
        others: what to take out.

    Returns:
        A set of one direction.

    Raises:
        InputError: a direction of another space or network, or nothing is left.

    Source: as `models.directions.condition.residual`, erratum included.
    """
    for direction in (one, *others):
        if direction.space != "h" or direction.vector.shape != one.vector.shape:
            raise InputError(
                f"direction '{direction.name}' is of {direction.space} {direction.vector.shape}; "
                f"expected one of h {one.vector.shape}"
            )
        if direction.checkpoint != subject.checkpoint:
            raise InputError(
                f"direction '{direction.name}' was found in checkpoint "
                f"{direction.checkpoint[:12]}…, expected {subject.checkpoint[:12]}…"
            )
    left = np.stack(
        [
            residual(
                one.vector[step].astype(np.float64).ravel(),
                np.stack([other.vector[step].astype(np.float64).ravel() for other in others]),
            )
            for step in range(subject.steps)
        ]
    )
    if np.linalg.norm(left) < LEAST_LEFT:
        raise InputError(
            f"direction '{one.name}': nothing is left once {', '.join(o.name for o in others)} "
            "are taken out"
        )
    details = one.details | {"conditioned_on": [other.name for other in others]}
    return subject.results(
        one.method, left[None], walk.paths, [one.score], details, names=[one.name]
    )
