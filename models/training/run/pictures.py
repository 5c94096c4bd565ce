"""The drawings of a run: every process reads its share of the files, and then has all of them."""

from __future__ import annotations

from pathlib import Path

import torch
from lightning_fabric import Fabric

from exhibit.contract.errors import InputError
from models.collection.pictures import PictureSet, fitting_dataset, load_pictures, picture_set
from models.training.parts.collective import sum_of_all
from models.training.run.limits import agree


def read_together(fabric: Fabric, path: Path, resolution: int, channels: int) -> PictureSet:
    """Load a data set whose files are read and decoded once by all processes together.

    Batches of a process come from all of the collection, and so do the drawings that a generator is
    compared with; what is shared out is the reading, which takes longest where the files are those
    of another machine.

    Args:
        fabric: launched.
        path: folder or zip, the same for all processes.
        resolution: side in pixels.
        channels: 1 grey, 3 RGB.

    Raises:
        InputError: as of `load_pictures`; on all processes where one of them meets it.
    """
    if fabric.world_size == 1:
        return load_pictures(path, resolution, channels)
    dataset = fitting_dataset(path, resolution, channels)
    pictures = torch.zeros((len(dataset), channels, resolution, resolution), dtype=torch.uint8)
    readable = torch.zeros(len(dataset), dtype=torch.uint8)
    places = {name: place for place, name in enumerate(dataset.names)}
    share = dataset.names[fabric.global_rank :: fabric.world_size]
    wrong: InputError | None = None
    try:
        for name, picture in dataset.decoded(share):
            pictures[places[name]] = torch.from_numpy(picture)
            readable[places[name]] = 1
    except InputError as error:
        # The others would wait for this one's share for ever.
        wrong = error
    if any(agree(fabric, (wrong is not None,))):
        raise wrong or InputError(f"{path}: another process cannot read its share, and says why")
    # Each row is nought on all processes but one.
    pictures, readable = (sum_of_all(fabric, own).cpu() for own in (pictures, readable))
    there = readable.bool()
    return picture_set(dataset, pictures[there], there.numpy())
