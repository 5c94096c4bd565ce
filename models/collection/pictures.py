"""A prepared data set as one uint8 tensor in memory."""

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
    refuse_too_many(dataset, len(dataset))
    decoded = dict(dataset)
    if not decoded:
        raise InputError(f"{path}: no readable picture in it; expected square drawings")
    skipped = tuple(name for name in dataset.names if name not in decoded)
    pictures = torch.from_numpy(np.stack(list(decoded.values())))
    return PictureSet(pictures, tuple(decoded), skipped)


def refuse_too_many(dataset: DrawingDataset, count: int) -> None:
    """Refuse pictures that would take too much of this machine's memory.

    Args:
        dataset: whose they are.
        count: how many of them are to be held.

    Raises:
        InputError: they are more than half of the free memory.
    """
    budget = psutil.virtual_memory().available * MEMORY_SHARE
    if count * dataset.channels * dataset.resolution**2 > budget:
        raise InputError(
            f"{dataset.path}: does not fit in half of the free memory at {dataset.resolution} px"
        )
