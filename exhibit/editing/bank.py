"""Directions by name, laid out as rows of one matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from exhibit.contract.bundle import Card, Direction
from exhibit.contract.errors import ConfigError
from exhibit.contract.settings.schema import DirectionConfig
from exhibit.contract.values import Floats

Key = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A direction restricted to layers: `offset` (num_ws · w_dim,) is what strength 1 adds."""

    key: Key
    offset: Floats
    safe_range: tuple[float, float]


class Bank:
    """The directions of a bundle by name."""

    def __init__(self, card: Card, directions: Mapping[str, Direction]) -> None:
        self._directions = directions
        self._bundle_name = card.name
        self._shape = (card.num_ws, card.w_dim)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all directions."""
        return tuple(self._directions)

    def row(self, config: DirectionConfig) -> Row:
        """Return the row of a configured direction.

        Raises:
            ConfigError: the bundle has no such direction, or no such layer.
        """
        direction = self._find(config.name)
        layers = config.layers or direction.layers
        num_ws = self._shape[0]
        for layer in layers:
            if layer >= num_ws:
                raise ConfigError(
                    f"editing.directions '{config.name}': layer {layer} does not exist, "
                    f"bundle '{self._bundle_name}' has layers 0 to {num_ws - 1}"
                )
        offset = np.zeros(self._shape, np.float32)
        rows = sorted(set(layers))
        offset[rows] = np.broadcast_to(direction.vector, self._shape)[rows]
        return Row((config.name, tuple(rows)), offset.reshape(-1), direction.safe_range)

    def _find(self, name: str) -> Direction:
        if name in self._directions:
            return self._directions[name]
        nearest = get_close_matches(name, self._directions, n=1, cutoff=0.0)
        hint = (
            f"nearest: '{nearest[0]}'; known: {', '.join(self.names)}" if nearest else "it has none"
        )
        raise ConfigError(
            f"editing.directions: bundle '{self._bundle_name}' has no direction '{name}'; {hint}"
        )
