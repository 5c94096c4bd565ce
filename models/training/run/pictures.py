"""The drawings of a run: every process reads its share of the files, and holds no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from exhibit.contract.errors import InputError
from models.collection.dataset import DrawingDataset, picture_bytes
from models.collection.pictures import refuse_too_many
from models.training.parts.collective import sum_of_all
from models.training.parts.latent_places import drawing_key
from models.training.parts.shard import Shard
from models.training.run.limits import agree


def read_shards(fabric: Fabric, path: Path, *sizes: tuple[int, int]) -> tuple[Shard, ...]:
    """Read this process's share of a data set, each file once, at every size that is asked for.

    Args:
        fabric: launched.
        path: folder or zip, the same for all processes.
        sizes: side in pixels, and channels: 1 grey, 3 RGB.

    Returns:
        a shard of each size.

    Raises:
        InputError: nothing there, not square, more than half of the free memory, or no picture for
            one of the processes; on all processes where one of them meets it.
    """
    datasets = [DrawingDataset(path, *size) for size in sizes]
    names = datasets[0].names
    read, keys = torch.zeros((2, len(names)), dtype=torch.int64)
    pictures: list[Tensor] = []
    wrong: InputError | None = None
    try:
        found, pictures = _read(datasets, fabric.global_rank, fabric.world_size)
        mine = torch.tensor(list(found))
        read[mine], keys[mine] = 1, torch.tensor(list(found.values()))
    except InputError as error:
        # The others would wait for this one's share for ever.
        wrong = error
    if any(agree(fabric, (wrong is not None,))):
        raise wrong or InputError(f"{path}: another process cannot read its share, and says why")
    there = sum_of_all(fabric, read).cpu().bool()
    keys = sum_of_all(fabric, keys).cpu()[there]
    rows = (there.cumsum(0) - 1)[read.bool()]
    kept = tuple(name for name, is_there in zip(names, there.tolist(), strict=True) if is_there)
    return tuple(Shard(fabric, own, rows, kept, keys) for own in pictures)


def _read(
    datasets: list[DrawingDataset], rank: int, world_size: int
) -> tuple[dict[int, int], list[Tensor]]:
    """Read every `world_size`-th file; returns keys by place, and the pictures at each size."""
    path, names = datasets[0].path, datasets[0].names
    mine = range(rank, len(names), world_size)
    for dataset in datasets:
        refuse_too_many(dataset, len(mine))
    keys: dict[int, int] = {}
    pictures = []
    share = picture_bytes(path, [names[row] for row in mine])
    for row, (name, data) in zip(mine, share, strict=True):
        decoded = [dataset.decode(name, data) for dataset in datasets]
        if all(picture is not None for picture in decoded):
            keys[row] = drawing_key(data)
            pictures.append(decoded)
    if not keys:
        raise InputError(
            f"{path}: no readable picture in it for process {rank + 1} of {world_size}; expected "
            "square drawings"
        )
    return keys, [torch.from_numpy(np.stack(own)) for own in zip(*pictures, strict=True)]
