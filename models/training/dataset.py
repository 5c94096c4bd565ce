"""A prepared data set as one uint8 tensor in memory, drawn from in a resumable order."""

import io
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import psutil
import torch
from torch import Tensor

from exhibit.contract.errors import InputError

log = logging.getLogger(__name__)
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}
MEMORY_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class PictureSet:
    """Pictures of one size: (n, C, H, W) uint8, 0 ink … 255 paper; names in the same order."""

    pictures: Tensor
    names: tuple[str, ...]
    skipped: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


def _folder_entries(folder: Path) -> Iterator[tuple[str, bytes]]:
    root = folder / "images" if (folder / "images").is_dir() else folder
    for path in sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES):
        yield str(path.relative_to(folder)), path.read_bytes()


def _zip_entries(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if Path(name).suffix.lower() in SUFFIXES:
                    yield name, archive.read(name)
    except zipfile.BadZipFile as error:
        raise InputError(f"{path}: not a readable zip file ({error})") from error


def _decode(data: bytes, channels: int, resolution: int) -> np.ndarray | None:
    """Decode one picture to (C, resolution, resolution) uint8, or None when it is corrupt."""
    flag = cv2.IMREAD_GRAYSCALE if channels == 1 else cv2.IMREAD_COLOR_RGB
    buffer = np.frombuffer(io.BytesIO(data).getbuffer(), np.uint8)
    image = cv2.imdecode(buffer, flag) if buffer.size else None
    if image is None:
        return None
    height, width = image.shape[:2]
    if height != width:
        raise InputError(f"a picture of {width}x{height}: expected square ones (models prepare)")
    shrinks = height >= resolution
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    image = cv2.resize(image, (resolution, resolution), interpolation=method)
    return image[None] if channels == 1 else image.transpose(2, 0, 1)


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
    if not path.exists():
        raise InputError(f"{path}: no such data set; make one with `models prepare`")
    entries = _zip_entries(path) if path.is_file() else _folder_entries(path)
    names, arrays, skipped = [], [], []
    budget = psutil.virtual_memory().available * MEMORY_SHARE
    for name, data in entries:
        try:
            array = _decode(data, channels, resolution)
        except InputError as error:
            raise InputError(f"{path}: {name}: {error}") from error
        if array is None:
            log.warning("%s: %s cannot be decoded; skipped", path, name)
            skipped.append(name)
            continue
        names.append(name)
        arrays.append(array)
        if len(arrays) * array.nbytes > budget:
            raise InputError(f"{path}: does not fit in half of the free memory at {resolution} px")
    if not arrays:
        raise InputError(f"{path}: no readable picture found; expected PNG, JPEG or WebP files")
    return PictureSet(torch.from_numpy(np.stack(arrays)), tuple(names), tuple(skipped))


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
