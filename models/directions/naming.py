"""Names for directions: what they change most, or whatever the curator calls it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from exhibit.contract.errors import InputError
from models.directions.result import DirectionSet, Discovered

THRESHOLD = 0.5
"""A direction is named after a semantic that it is correlated with at least this much."""
BY_HAND = "named_by_hand"
"""Key in the details of a direction whose name a person gave."""
_NAME = re.compile(r"\w[\w -]{0,39}")


def propose_names(directions: DirectionSet, threshold: float = THRESHOLD) -> DirectionSet:
    """Name each direction after the semantic it is correlated with most.

    The closest pairs are named first and each name is given once; directions left over become
    `unnamed-1`, ... in their order. A direction with a negative correlation is turned round, so
    that a positive strength always gives more of what the name says. Names that a person gave stay.

    Args:
        directions: with correlations.
        threshold: smallest |r| that gives a name.

    Raises:
        InputError: a direction has no correlations yet.
    """
    for direction in directions:
        if not direction.correlations and not direction.details.get(BY_HAND):
            raise InputError(
                f"direction '{direction.name}' has no correlations; "
                "measure them with models directions name --checkpoint"
            )
    found = [d if d.details.get(BY_HAND) else None for d in directions]
    taken = {d.name for d in found if d is not None}
    for index, semantic, r in _closest_first(directions, threshold):
        if found[index] is None and semantic not in taken:
            taken.add(semantic)
            one = directions.directions[index]
            found[index] = replace(one if r > 0 else turned_round(one), name=semantic)
    numbers = (number for number in range(1, len(found) + len(taken) + 1))
    unnamed = (name for name in (f"unnamed-{number}" for number in numbers) if name not in taken)
    return DirectionSet(
        tuple(
            replace(before, name=next(unnamed)) if after is None else after
            for before, after in zip(directions, found, strict=True)
        )
    )


def _closest_first(directions: DirectionSet, threshold: float) -> Sequence[tuple[int, str, float]]:
    """All pairs of direction and semantic with |r| at the threshold or above, largest first."""
    pairs = [
        (index, semantic, r)
        for index, direction in enumerate(directions)
        for semantic, r in direction.correlations.items()
        if abs(r) >= threshold
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))


def turned_round(direction: Discovered) -> Discovered:
    """Return the same direction with plus and minus exchanged."""
    limits = direction.safe_range
    return replace(
        direction,
        vector=np.negative(direction.vector),
        correlations={name: -r for name, r in direction.correlations.items()},
        safe_range=None if limits is None else (-limits[1], -limits[0]),
    )


def rename(directions: DirectionSet, old: str, new: str) -> DirectionSet:
    """Give a direction the name that a person chose.

    Raises:
        InputError: there is no such direction, or the new name is taken or malformed.
    """
    if not _NAME.fullmatch(new) or new != new.strip():
        raise InputError(f"name '{new}': expected 1 to 40 letters, digits, spaces, - and _")
    details = directions.find(old).details | {BY_HAND: True}
    return directions.with_changes(old, name=new, details=details)
