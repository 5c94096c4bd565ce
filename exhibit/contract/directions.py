"""Directions of a bundle: of its codes, and of the feature map in the middle of its generator.

`directions.safetensors` holds one unit vector a name, `directions.json` what is known of it. One
of the feature map (`space: map`, in bundles of format 3) is an appearance, a mixture of channels
(C,), and is added at a part: places of the map, 0 to 1. Parts are those of `parts.safetensors`,
(side, side) each by name, or one of `PLACES`. Where the map holds a picture fast, nothing is seen
of an appearance up to `onset` [down, up]; strengths count from there.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from exhibit.contract.arrays import DAMAGES
from exhibit.contract.bundle import DIRECTIONS, DIRECTIONS_META, PARTS, PLAIN_NAME, Bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.parts import EVERYWHERE, PLACES
from exhibit.contract.plain_files import plain_text
from exhibit.contract.values import Doubles, Floats

FORMAT = 3
"""The first format of bundles whose directions may be of the map."""
_UNIT_WITHIN = 0.01
_KNEE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Direction:
    """A semantic direction: `vector` is float32 of unit length.

    Of codes it is (w_dim,) or (num_ws, w_dim), and `layers` are the rows of w_plus it moves; of the
    feature map it is (C,), `part` the name of where it is added, and `onset` what is passed over
    downwards and upwards. `safe_range` are the strengths, in units of w or of the map, between
    which pictures stay drawings; `sigma` the standard deviation along the vector over samples.
    """

    name: str
    vector: Floats
    layers: tuple[int, ...]
    safe_range: tuple[float, float]
    sigma: float
    meta: dict[str, Any]
    part: str = ""
    onset: tuple[float, float] = (0.0, 0.0)


def passed_over(strength: Doubles, onset: Doubles, span: Doubles) -> Doubles:
    """Return how far appearances go at strengths: what shows nothing is passed over.

    Args:
        strength: (n,), from 0.
        onset: (n, 2), down and up.
        span: (n,) widths of the safe ranges; a fiftieth of it is the way in which the onset is
            passed over, so that easing is seen as going on and not as a step.
    """
    share = np.clip(strength / np.maximum(_KNEE * span, 1e-9), -1, 1)
    return np.asarray(strength + np.where(share < 0, onset[:, 0], onset[:, 1]) * share)


def load_directions(bundle: Bundle) -> dict[str, Direction]:
    """Read all directions by name; raises BundleError when vector and metadata do not fit."""
    file, meta_file = bundle.file(DIRECTIONS), bundle.file(DIRECTIONS_META)
    try:
        vectors = load_file(file)
    except (SafetensorError, *DAMAGES) as error:
        raise BundleError(f"{file}: not readable: {error}") from None
    try:
        meta = json.loads(plain_text(meta_file))
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"{meta_file}: not readable as JSON: {error}") from None
    if not isinstance(meta, dict):
        raise BundleError(f"{meta_file}: expected directions by name")
    found = {
        name: _direction(bundle, name, vector, meta.get(name)) for name, vector in vectors.items()
    }
    if any(direction.part for direction in found.values()):
        _check_parts(bundle, found)
    return found


def load_parts(bundle: Bundle) -> dict[str, Floats]:
    """Read the named parts (side, side) of a bundle's feature map; none where it has no file.

    Raises:
        BundleError: the file is not readable, or a part is not of the map or not within 0 to 1.
    """
    if PARTS not in bundle.card.files:
        return {}
    file, shape = bundle.file(PARTS), bundle.card.feature_shape
    try:
        parts = load_file(file)
    except (SafetensorError, *DAMAGES) as error:
        raise BundleError(f"{file}: not readable: {error}") from None
    for name, part in parts.items():
        if not re.match(PLAIN_NAME, name) or name in PLACES:
            raise BundleError(
                f"{file}: part {name!a:.60}: expected a name without markup of its own"
            )
        if shape is None or part.shape != shape[1:]:
            raise BundleError(
                f"{file}: part '{name}' has shape {part.shape}, expected that of the map "
                f"({shape and shape[1:]})"
            )
        if not (part.min() >= 0 and part.max() <= 1):
            raise BundleError(f"{file}: part '{name}' is not within 0 to 1 everywhere")
    return {name: part.astype(np.float32) for name, part in parts.items()}


def _check_parts(bundle: Bundle, directions: dict[str, Direction]) -> None:
    known = (*PLACES, *load_parts(bundle))
    for direction in directions.values():
        if direction.part and direction.part not in known:
            raise BundleError(
                f"{bundle.file(DIRECTIONS_META)}: '{direction.name}': part '{direction.part}' is "
                f"not there; expected one of {', '.join(known)}"
            )


def _direction(bundle: Bundle, name: str, vector: Floats, entry: Any) -> Direction:
    file, card = bundle.file(DIRECTIONS), bundle.card
    if not re.match(PLAIN_NAME, name):
        raise BundleError(f"{file}: direction {name!a:.60}: expected a name without markup")
    of_map = isinstance(entry, dict) and entry.get("space") == "map"
    if of_map:
        _check_appearance(bundle, name, vector)
    elif vector.shape not in ((card.w_dim,), (card.num_ws, card.w_dim)):
        raise BundleError(
            f"{file}: direction '{name}' has shape {vector.shape}, expected ({card.w_dim},) "
            f"or ({card.num_ws}, {card.w_dim})"
        )
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not abs(length - 1) < _UNIT_WITHIN:
        raise BundleError(f"{file}: direction '{name}' has length {length:.3g}, expected 1")
    try:
        low, high = (float(limit) for limit in entry["safe_range"])
        layers = tuple(int(layer) for layer in entry.get("layers") or range(card.num_ws))
        sigma = float(entry["sigma"])
        down, up = (float(limit) for limit in entry.get("onset") or (0, 0))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise BundleError(
            f"{bundle.file(DIRECTIONS_META)}: '{name}': expected safe_range [low, high], sigma and "
            f"layers ({type(error).__name__}: {error})"
        ) from None
    _check_numbers(bundle, name, (low, high, sigma, down, up))
    if not low <= 0 <= high or any(not 0 <= layer < card.num_ws for layer in layers):
        raise BundleError(
            f"{bundle.file(DIRECTIONS_META)}: '{name}': safe_range {low, high} must contain 0 and "
            f"layers {layers} lie in 0..{card.num_ws - 1}"
        )
    part = str(entry.get("part") or EVERYWHERE) if of_map else ""
    moved = () if of_map else layers
    return Direction(
        name, vector.astype(np.float32), moved, (low, high), sigma, entry, part, (down, up)
    )


def _check_appearance(bundle: Bundle, name: str, vector: Floats) -> None:
    shape = bundle.card.feature_shape
    if shape is None or bundle.card.format < FORMAT:
        raise BundleError(
            f"{bundle.file(DIRECTIONS)}: direction '{name}' is of the feature map, and the bundle "
            f"(format {bundle.card.format}) has no map that takes it; expected format {FORMAT} and "
            "a feature_shape"
        )
    if vector.ndim != 1 or not 1 <= len(vector) <= shape[0]:
        raise BundleError(
            f"{bundle.file(DIRECTIONS)}: direction '{name}' has shape {vector.shape}, expected at "
            f"most ({shape[0]},), the channels of the map"
        )


def _check_numbers(bundle: Bundle, name: str, numbers: tuple[float, ...]) -> None:
    low, high, sigma, down, up = numbers
    if not np.isfinite(numbers).all() or min(sigma, down, up) < 0:
        raise BundleError(
            f"{bundle.file(DIRECTIONS_META)}: '{name}': safe_range {low, high}, sigma {sigma} and "
            f"onset {down, up} must be finite, sigma and onset at least 0"
        )
