"""Directions by name, laid out as rows of one matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from exhibit.contract.bundle import Card
from exhibit.contract.directions import Direction
from exhibit.contract.errors import ConfigError
from exhibit.contract.parts import PLACES
from exhibit.contract.settings.schema import DirectionConfig
from exhibit.contract.values import Floats

Key = tuple[str, tuple[int, ...], str]
"""Name, layers of the codes, and part of the map."""


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What strength 1 of a direction adds: `offset` (num_ws · w_dim,), restricted to layers.

    Of a direction of the feature map it is a mixture of channels (C,), added at `part`; strengths
    count from `onset` there, downwards and upwards.
    """

    key: Key
    offset: Floats
    safe_range: tuple[float, float]
    part: str = ""
    onset: tuple[float, float] = (0.0, 0.0)


class Bank:
    """The directions of a bundle by name, and the parts that those of its map may be given to."""

    def __init__(
        self, card: Card, directions: Mapping[str, Direction], parts: Iterable[str] = ()
    ) -> None:
        self._directions = directions
        self._parts = (*PLACES, *parts)
        self._bundle_name = card.name
        self._shape = (card.num_ws, card.w_dim)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all directions."""
        return tuple(self._directions)

    def row(self, config: DirectionConfig) -> Row:
        """Return the row of a configured direction.

        Raises:
            ConfigError: the bundle has no such direction, no such layer or no such part.
        """
        direction = self._find(config.name)
        if direction.part:
            return self._appearance(config, direction)
        if config.part:
            raise ConfigError(
                f"editing.directions '{config.name}': part '{config.part}', but it moves codes, "
                "which have no parts; expected none"
            )
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
        return Row((config.name, tuple(rows), ""), offset.reshape(-1), direction.safe_range)

    def _appearance(self, config: DirectionConfig, direction: Direction) -> Row:
        part = config.part or direction.part
        if part not in self._parts:
            raise ConfigError(
                f"editing.directions '{config.name}': bundle '{self._bundle_name}' has no part "
                f"'{part}'; expected one of {', '.join(self._parts)}"
            )
        if config.layers:
            raise ConfigError(
                f"editing.directions '{config.name}': layers {list(config.layers)}, but it moves "
                "the feature map; expected none"
            )
        key = (config.name, (), part)
        return Row(key, direction.vector, direction.safe_range, part, direction.onset)

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
