"""Directions of a feature map as a bundle holds them: an appearance, and the part it goes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from exhibit.contract.bundle import Card
from exhibit.contract.errors import BundleError, InputError
from exhibit.contract.parts import INK
from exhibit.contract.values import Floats
from models.directions.result import Discovered

_RANK_ONE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What is written of one direction of the map.

    Args:
        mixture: (C,) float32 of unit length.
        part: name of the part.
        places: (side, side) float32, 0 to 1, the part; None for where the drawing lies.
        entry: of `directions.json`; strengths are those of a part whose largest place is 1.
    """

    mixture: Floats
    part: str
    places: Floats | None
    entry: dict[str, Any]


def given(direction: Discovered, card: Card) -> Given:
    """Take a direction of the map apart into an appearance and a part.

    Raises:
        InputError: the bundle's generator takes no map, or the direction is more than one
            appearance of one part.
        BundleError: its map is another one than the bundle's.
    """
    shape = card.feature_shape
    if shape is None:
        raise InputError(
            f"direction '{direction.name}' is added to the feature map, and the encoder of bundle "
            f"'{card.name}' gives none; expected a bundle of inversion feature"
        )
    if direction.side != shape[1] or len(direction.vector) > shape[0]:
        raise BundleError(
            f"direction '{direction.name}' is added to a map of {len(direction.vector)} channels "
            f"at {direction.side}²; bundle '{card.name}' has {shape[0]} at {shape[1]}²"
        )
    if direction.of_ink:
        return Given(direction.vector.reshape(-1), INK, None, _entry(direction, INK, 1.0))
    mixture, places, scale = _apart(direction)
    part = _name_of(direction)
    return Given(mixture, part, places, _entry(direction, part, scale))


def _apart(direction: Discovered) -> tuple[Floats, Floats, float]:
    """Mixture (C,), places (side, side) with largest 1, and what strengths are multiplied by."""
    side = direction.side
    rows = direction.vector.reshape(len(direction.vector), -1).astype(np.float64)
    left, lengths, right = np.linalg.svd(rows, full_matrices=False)
    if lengths[1] > _RANK_ONE * lengths[0]:
        raise InputError(
            f"direction '{direction.name}' is more than one appearance of one part; expected one "
            "of models directions panda"
        )
    sign = 1.0 if right[0].sum() > 0 else -1.0
    places = np.maximum(sign * right[0], 0)
    scale = float(places.max())
    mixture = (sign * left[:, 0]).astype(np.float32)
    return mixture, (places / scale).reshape(side, side).astype(np.float32), scale * lengths[0]


def _name_of(direction: Discovered) -> str:
    details = direction.details
    if "region" in details and details.get("of") == "region":
        return "region-" + "-".join(map(str, details["region"]["box"]))
    refined = f"-of-{details['refined_to']}" if "refined_to" in details else ""
    return f"part-{details.get('part', direction.name)}{refined}"


def _entry(direction: Discovered, part: str, scale: float) -> dict[str, Any]:
    entry = direction.metadata()
    low, high = direction.safe_range or (0.0, 0.0)
    onset = direction.details.get("onset", (0.0, 0.0))
    return entry | {
        "part": part,
        "safe_range": [scale * low, scale * high],
        "sigma": scale * direction.sigma,
        "onset": [scale * limit for limit in onset],
    }
