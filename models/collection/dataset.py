"""A prepared data set: a folder or NVIDIA's zip layout, read and written in one place."""

import hashlib
import json
import logging
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.contract.files import replacing, write_whole
from exhibit.ink.images import as_gray
from exhibit.pictures import PictureError, grey_of, page_images
from models.collection.source_files import open_folder_or_zip, sorted_out

log = logging.getLogger(__name__)
FILE_NAME = "dataset.json"
VERSION = 1
IMAGES = "images"


class DrawingDataset:
    """The drawings of a data set, decoded when asked for.

    Understood are: the folder that `models prepare` writes (`images/`), any folder of square
    pictures, and the zip or folder that NVIDIA's dataset_tool writes
    (`00000/img00000000.png`, ... and `dataset.json`).
    """

    def __init__(self, path: Path, resolution: int, channels: int) -> None:
        """List the pictures; nothing is decoded yet.

        Args:
            path: folder or zip.
            resolution: side in pixels that pictures are resized to.
            channels: 1 grey, 3 RGB.

        Raises:
            InputError: no such data set, not a zip, or no picture in it.
        """
        self.path, self.resolution, self.channels = path, resolution, channels
        self.names = picture_names(path)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[tuple[str, NDArray[np.uint8]]]:
        """Decode all, as `decoded`."""
        return self.decoded(self.names)

    def decoded(self, names: Iterable[str]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
        """Decode some of them in order; a corrupt one is named in the log and skipped.

        Yields:
            Its name, and (channels, resolution, resolution) uint8, 0 ink .. 255 paper.

        Raises:
            InputError: a picture is not square; the message names it.
        """
        for name, data in picture_bytes(self.path, names):
            picture = self.decode(name, data)
            if picture is not None:
                yield name, picture

    def decode(self, name: str, data: bytes) -> NDArray[np.uint8] | None:
        """Decode one picture, as `decoded`; None for a corrupt one, which is named in the log."""
        try:
            rgb = next(page_images(data))
        except PictureError as error:
            log.warning("%s: %s cannot be decoded: %s; skipped", self.path, name, error)
            return None
        image = grey_of(rgb) if self.channels == 1 else rgb
        height, width = image.shape[:2]
        if height != width:
            raise InputError(
                f"{self.path}: {name} is {width}x{height}; expected a square (models prepare)"
            )
        method = cv2.INTER_AREA if height >= self.resolution else cv2.INTER_CUBIC
        sized = as_gray(cv2.resize(image, (self.resolution,) * 2, interpolation=method))
        return sized[None] if self.channels == 1 else sized.transpose(2, 0, 1)


def picture_names(path: Path) -> tuple[str, ...]:
    """Names of a data set's pictures, sorted, relative to its root.

    Raises:
        InputError: no such data set, not a zip, or no picture in it.
    """
    with open_folder_or_zip(path, "a data set; make one with `models prepare`") as files:
        # A prepared data set also holds pages and contact sheets; only images/ is to train on.
        prepared = [file for file in files if file.name.startswith(f"{IMAGES}/")]
        names = tuple(file.name for file in sorted_out(prepared or files, pdf=False).scans)
    if not names:
        raise InputError(f"{path}: no picture in it; expected square drawings")
    return names


def picture_bytes(path: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Read pictures by name from a folder or zip, as they are stored."""
    with open_folder_or_zip(path, "a data set") as files:
        by_name = {file.name: file for file in files}
        for name in names:
            yield name, by_name[name].read()


def data_sha256(path: Path) -> str:
    """Name a data set by its content: what a bundle's card quotes.

    The SHA-256 over the bytes of every picture in order of name, each preceded by its length. It is
    the same for a folder and for the zip written from it, whatever the files are called there.

    Args:
        path: folder or zip.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for _, data in picture_bytes(path, picture_names(path)):
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def encode_png(grey: NDArray[np.uint8]) -> bytes:
    """Encode a picture as PNG."""
    _, data = cv2.imencode(".png", grey)
    return data.tobytes()


def read_description(path: Path) -> dict[str, Any] | None:
    """Read `dataset.json` of a prepared folder; None where there is none.

    Raises:
        InputError: the file is there but is not what `models prepare` writes.
    """
    file = path / FILE_NAME
    if not file.is_file():
        return None
    try:
        description = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file}: not JSON ({error})") from error
    if not isinstance(description, dict) or "framing" not in description:
        raise InputError(f"{file}: not a data set that `models prepare` made")
    return description


def write_description(path: Path, description: dict[str, Any]) -> None:
    """Write `dataset.json`: how a data set was made, and the SHA-256 of its data."""
    text = json.dumps({"version": VERSION, **description}, indent=1)
    write_whole(path / FILE_NAME, text + "\n")


def write_nvidia_zip(dataset: Path, target: Path) -> int:
    """Write a data set in the layout of NVIDIA's dataset_tool.

    Args:
        dataset: folder or zip.
        target: the zip to write.

    Returns:
        Number of pictures.
    """
    names = picture_names(dataset)
    with replacing(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for index, (_, data) in enumerate(picture_bytes(dataset, names)):
            number = f"{index:08d}"
            archive.writestr(_entry(f"{number[:5]}/img{number}.png"), data)
        archive.writestr(_entry(FILE_NAME), json.dumps({"labels": None}))
    return len(names)


def _entry(name: str) -> zipfile.ZipInfo:
    """A zip entry with a fixed date, so that equal data makes equal files."""
    return zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
