"""A prepared data set as one uint8 tensor in memory, drawn from in a resumable order."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import torch
from torch import Tensor

from exhibit.contract.errors import InputError
from models.collection.dataset import DrawingDataset

MEMORY_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class PictureSet:
    """Pictures of one size: (n, C, H, W) uint8, 0 ink … 255 paper; names in the same order."""

    pictures: Tensor
    names: tuple[str, ...]
    skipped: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


def load_pictures(path: Path, resolution: int, channels: int) -> PictureSet:
    """Load a data set written by `models prepare` (folder or zip).

    Args:
        path: folder with images/*.png, any folder of square pictures, or the zip layout.
        resolution: side in pixels that the network draws.
        channels: 1 grey, 3 RGB.

    Returns:
        The pictures; corrupt ones are named in the log, counted and left out.

    Raises:
        InputError: nothing there, not square, or more than half of the free memory.
    """
    dataset = DrawingDataset(path, resolution, channels)
    budget = psutil.virtual_memory().available * MEMORY_SHARE
    if len(dataset) * channels * resolution**2 > budget:
        raise InputError(f"{path}: does not fit in half of the free memory at {resolution} px")
    decoded = dict(dataset)
    if not decoded:
        raise InputError(f"{path}: no readable picture in it; expected PNG, JPEG or WebP files")
    skipped = tuple(name for name in dataset.names if name not in decoded)
    pictures = torch.from_numpy(np.stack(list(decoded.values())))
    return PictureSet(pictures, tuple(decoded), skipped)


class Sampler:
    """Endless batches: every epoch a permutation given by (seed, epoch), resumed by position.

    Each of `world_size` processes takes its own part of every global batch.
    """

    def __init__(
        self,
        pictures: PictureSet,
        batch: int,
        *,
        seed: int,
        mirror: bool,
        rank: int,
        world_size: int,
    ) -> None:
        """`mirror` adds each picture's left-right reflection to the set."""
        self._pictures = pictures.pictures
        self._batch, self._seed = batch, seed
        self._rank, self._world_size = rank, world_size
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
        start = self.position + self._rank * self._batch
        indices = [self._index(start + step) for step in range(self._batch)]
        self.position += self._batch * self._world_size
        count = len(self._pictures)
        chosen = self._pictures[[index % count for index in indices]].float() / 127.5 - 1
        flipped = torch.tensor([index >= count for index in indices])[:, None, None, None]
        return torch.where(flipped, chosen.flip(3), chosen)
