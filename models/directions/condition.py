"""Conditioning: what is left of a direction when others are taken out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.linalg import lstsq

from exhibit.contract.errors import InputError
from exhibit.contract.values import Doubles
from models.directions.result import OFF_CODES, DirectionSet, Discovered
from models.directions.subject import Subject

LEAST_LEFT = 1e-3


def residual(vector: Doubles, others: Doubles) -> Doubles:
    """Take the span of other vectors out of one.

    Args:
        vector: (n,).
        others: (k, n), not necessarily orthogonal.

    Returns:
        (n,), orthogonal to all of them; not of unit length.

    Source: Haas, "Deep Generative Models for Faces and Expressions" (doctoral thesis), eq. 6.35,
        as the text there means it: n₁ − ⟨n₁,n₂⟩/⟨n₂,n₂⟩·n₂, the residual of least squares for
        several. The printed equation subtracts along n₁ itself, which only rescales it.
    """
    weights = lstsq(others.T, vector)[0]
    return vector - others.T @ weights


def condition(subject: Subject, one: Discovered, others: Sequence[Discovered]) -> DirectionSet:
    """Make a direction orthogonal to others, so that moving along it leaves theirs alone.

    Args:
        subject: the generator they were found in; σ is measured anew.
        one: the direction to change; it keeps its name, method, layers and score.
        others: what to take out. Where one of all is of W+, all are taken as of W+.

    Returns:
        A set of one direction. Correlations and safe range are gone: they have to be measured.

    Raises:
        InputError: another generator's direction, one of no codes, or nothing is left.
    """
    for direction in (one, *others):
        if direction.space in OFF_CODES:
            moved = "a denoiser" if direction.space == "h" else "the feature map"
            raise InputError(
                f"direction '{direction.name}' moves {moved}; expected directions of codes"
            )
        if direction.checkpoint != subject.checkpoint:
            raise InputError(
                f"direction '{direction.name}' was found in checkpoint "
                f"{direction.checkpoint[:12]}…, expected {subject.checkpoint[:12]}…"
            )
    wide = any(direction.space == "w_plus" for direction in (one, *others))
    fixed = np.stack([_flat(other, subject, wide) for other in others])
    left = residual(_flat(one, subject, wide), fixed)
    if np.linalg.norm(left) < LEAST_LEFT:
        raise InputError(
            f"direction '{one.name}': nothing is left once {', '.join(o.name for o in others)} "
            "are taken out"
        )
    everywhere = tuple(range(subject.num_ws))
    target = replace(subject, space="w_plus" if wide else "w", layers=everywhere)
    details = one.details | {"conditioned_on": [other.name for other in others]}
    shaped = left.reshape(1, *target.code_shape)
    made = target.results(one.method, shaped, [one.score], details, names=[one.name])
    layers = everywhere if wide else one.layers
    return DirectionSet(tuple(replace(direction, layers=layers) for direction in made))


def _flat(direction: Discovered, subject: Subject, wide: bool) -> Doubles:
    """Lay a direction out as one row, in W+ (num_ws·w_dim,) of unit length where asked."""
    vector = direction.vector.astype(np.float64)
    if not wide or direction.space == "w_plus":
        return vector.reshape(-1)
    rows = np.zeros((subject.num_ws, subject.w_dim))
    rows[list(direction.layers)] = vector
    return rows.reshape(-1) / np.linalg.norm(rows)
