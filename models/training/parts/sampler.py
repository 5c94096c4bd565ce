"""Batches of a data set's pictures, drawn in an order that a run can go on with."""

import torch
from torch import Tensor


class Sampler:
    """Endless batches: every epoch a permutation given by (seed, epoch), resumed by position.

    Each of several processes draws from pictures of its own; `position` counts those of all.
    """

    def __init__(
        self,
        pictures: Tensor,
        batch: int,
        *,
        seed: int,
        mirror: bool,
        world_size: int,
    ) -> None:
        """Begin at the first batch.

        Args:
            pictures: (n, C, H, W) uint8, those of this process.
            batch: of this process.
            seed: of the order.
            mirror: adds each picture's left-right reflection to the set.
            world_size: number of processes.
        """
        self._pictures = pictures
        self._batch, self._seed = batch, seed
        self._world_size = world_size
        self._copies = 2 if mirror else 1
        self._epoch, self._order = -1, torch.empty(0, dtype=torch.long)
        self.position = 0

    def _index(self, position: int) -> int:
        size = len(self._pictures) * self._copies
        epoch, offset = divmod(position, size)
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(self._seed * 1_000_003 + epoch)
            self._order = torch.randperm(size, generator=generator)
            self._epoch = epoch
        return int(self._order[offset])

    def next(self) -> Tensor:
        """The next batch of this process: (batch, C, H, W) float32, −1 ink … 1 paper."""
        start = self.position // self._world_size
        indices = [self._index(start + step) for step in range(self._batch)]
        self.position += self._batch * self._world_size
        count = len(self._pictures)
        chosen = self._pictures[[index % count for index in indices]].float() / 127.5 - 1
        flipped = torch.tensor([index >= count for index in indices])[:, None, None, None]
        return torch.where(flipped, chosen.flip(3), chosen)
