"""A prepared data set as one uint8 tensor in memory."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
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
    dataset = fitting_dataset(path, resolution, channels)
    decoded = dict(dataset)
    readable = np.array([name in decoded for name in dataset.names])
    pictures = torch.from_numpy(np.array(list(decoded.values()), np.uint8))
    return picture_set(dataset, pictures, readable)


def fitting_dataset(path: Path, resolution: int, channels: int) -> DrawingDataset:
    """List the pictures of a data set; raises InputError where there are too many for this machine.

    Args, Raises:
        as of `load_pictures`.
    """
    dataset = DrawingDataset(path, resolution, channels)
    budget = psutil.virtual_memory().available * MEMORY_SHARE
    if len(dataset) * channels * resolution**2 > budget:
        raise InputError(f"{path}: does not fit in half of the free memory at {resolution} px")
    return dataset


def picture_set(
    dataset: DrawingDataset, pictures: Tensor, readable: NDArray[np.bool_]
) -> PictureSet:
    """Put decoded pictures together with their names.

    Args:
        dataset: whose they are.
        pictures: (k, C, H, W) uint8, those that could be read, in order of name.
        readable: (n,), which of its n pictures those k are.

    Raises:
        InputError: none could be read.
    """
    if not len(pictures):
        raise InputError(f"{dataset.path}: no readable picture in it; expected square drawings")
    names = list(zip(dataset.names, readable, strict=True))
    kept = tuple(name for name, there in names if there)
    return PictureSet(pictures, kept, tuple(name for name, there in names if not there))
