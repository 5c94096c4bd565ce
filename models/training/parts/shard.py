"""The part of a collection that one process of a run holds, and how all ask for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from lightning_fabric import Fabric
from torch import Tensor

from models.training.parts.collective import sum_of_all

BLOCK = 64


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """Some drawings of a collection; every drawing is one process's.

    What is asked of all drawings goes around in blocks: every process must ask for the same, and
    none has to keep what it is given.

    Args:
        fabric: the processes.
        pictures: (k, C, R, R) uint8, 0 ink .. 255 paper: those of this process.
        rows: (k,) int64, rising: their places in the collection.
        names: of all drawings of the collection.
        keys: (n,) int64, of all of them, see `latent_places.drawing_key`.
    """

    fabric: Fabric
    pictures: Tensor
    rows: Tensor
    names: tuple[str, ...]
    keys: Tensor

    def __len__(self) -> int:
        """How many drawings the collection has."""
        return len(self.names)

    @property
    def is_first(self) -> bool:
        """Whether this is the process that makes what is made once."""
        return self.fabric.is_global_zero

    def at(self, places: Tensor) -> Tensor:
        """Drawings (m, C, R, R) at places (m,) of the collection, on every process."""
        if self.fabric.world_size == 1:
            return self.pictures[places]
        nearest = torch.searchsorted(self.rows, places).clamp(max=len(self.rows) - 1)
        own = self.rows[nearest] == places
        found = torch.zeros((len(places), *self.pictures.shape[1:]), dtype=torch.uint8)
        found[own] = self.pictures[nearest[own]]
        # Each row is nought on all processes but one.
        return sum_of_all(self.fabric, found).cpu()

    def some(self, count: int) -> Tensor:
        """About `count` drawings from all over the collection, on every process."""
        return self.at(torch.arange(0, len(self), max(1, len(self) // count)))

    def blocks(self) -> Iterator[Tensor]:
        """Yield all drawings in order, some at a time, on every process."""
        for places in torch.arange(len(self)).split(BLOCK):
            yield self.at(places)
