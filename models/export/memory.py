"""Make a bundle's memory of a prepared data set, cut anew from its pages as it will be drawn."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.bundle import MEMORY, Card, load_bundle, sha256_of
from exhibit.contract.errors import InputError
from exhibit.contract.memory import MEMORY_FILES, NETWORK, write_memory
from exhibit.recall import Memory, open_memory
from exhibit.recall.composing import drawn_side
from models.collection import building, dataset
from models.collection.building import Progress
from models.collection.provenance import Origins
from models.export.meaning import ATTRIBUTION, know
from models.export.take_place import take_place
from models.saved.card import write_card
from models.sketches.raster import Floats

_FILES = (*MEMORY_FILES, NETWORK)
_GREYS = 16
"""Levels of grey that are kept: edges of pen lines need no more, and take half the room."""


def remember(
    folder: Path,
    resolution: int,
    origins: Origins,
    sketches: Sequence[Sequence[Floats]],
    progress: Progress,
) -> Memory:
    """Make a memory of every drawing that the curator kept.

    Args:
        folder: a data set that `models prepare` made; `curation.csv` is obeyed as it is now.
        resolution: side of the bundle's pictures in pixels.
        origins: where the drawings are from.
        sketches: strokes (n, >= 2) of what people draw, to tell what ink is like (see `know`).
        progress: shows how far it is.

    Raises:
        InputError: it is no such data set, or nothing in it is kept.
    """
    if not building.is_dataset(folder):
        raise InputError(f"{folder}: not a data set that `models prepare` made; expected one")
    pictures: dict[str, NDArray[np.uint8]] = {}

    def keep(name: str, data: bytes) -> None:
        path = PurePosixPath(name)
        if path.parent.name == dataset.IMAGES:
            pictures[path.stem] = _decoded(data)

    side = drawn_side(resolution)
    options = replace(building.options_of(folder), resolution=side)
    items = building.build(None, folder, options, keep, progress)
    rows = [item.row for item in items if item.row.kept]
    if not rows:
        raise InputError(f"{folder}: no drawing is kept in curation.csv; expected some to remember")
    drawings = [few_greys(pictures[row.item]) for row in progress(rows, "memory")]
    provenance = [origins.of(row, rows) for row in rows]
    return Memory.of(drawings, provenance, know(drawings, sketches))


def add_memory(path: Path, make: Callable[[int], Memory]) -> int:
    """Put a memory into a bundle, in the place of the one it may have.

    The bundle is copied, changed, checked, and only then takes the place of the old one.

    Args:
        path: folder of the bundle.
        make: gives the memory for pictures of so many pixels.

    Returns:
        How many drawings it holds.

    Raises:
        BundleError: the bundle is damaged.
        InputError: of `make`.
    """
    bundle = load_bundle(path)
    memory = make(bundle.card.resolution)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "new"
        shutil.copytree(path, folder)
        shutil.rmtree(folder / MEMORY, ignore_errors=True)
        write_memory(memory.stored(), folder)
        write_card(remembering(bundle.card, folder), folder)
        open_memory(load_bundle(folder))
        take_place(folder, path)
    return len(memory)


def remembering(card: Card, folder: Path) -> Card:
    """Return a card that names the memory in a bundle's folder, and whose work is in it."""
    others = {name: value for name, value in card.files.items() if name not in _FILES}
    names = [name for name in _FILES if (folder / name).is_file()]
    credit = () if ATTRIBUTION in card.attribution or NETWORK not in names else (ATTRIBUTION,)
    return card.model_copy(
        update={
            "format": 2,
            "files": others | {name: sha256_of(folder / name) for name in names},
            "attribution": (*card.attribution, *credit),
        }
    )


def few_greys(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Round a drawing to the greys that are kept."""
    step = 255 / (_GREYS - 1)
    return np.asarray(np.round(np.round(drawing / step) * step), np.uint8)


def _decoded(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
