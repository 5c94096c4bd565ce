"""Make a bundle's memory of a prepared data set, cut anew from its pages at twice the size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.recall import Memory
from models.collection import building, dataset
from models.collection.building import Progress
from models.collection.provenance import Origins

OVERSAMPLING = 2
"""Side of a drawing in pixels of the bundle's pictures: it may be laid larger than the sheet."""
_GREYS = 16
"""Levels of grey that are kept: edges of pen lines need no more, and take half the room."""


def remember(folder: Path, resolution: int, origins: Origins, progress: Progress) -> Memory:
    """Make a memory of every drawing that the curator kept.

    Args:
        folder: a data set that `models prepare` made; `curation.csv` is obeyed as it is now.
        resolution: side of the bundle's pictures in pixels.
        origins: where the drawings are from.
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

    side = OVERSAMPLING * resolution
    options = replace(building.options_of(folder), resolution=side)
    items = building.build(None, folder, options, keep, progress)
    rows = [item.row for item in items if item.row.kept]
    if not rows:
        raise InputError(f"{folder}: no drawing is kept in curation.csv; expected some to remember")
    drawings = [few_greys(pictures[row.item]) for row in progress(rows, "memory")]
    return Memory.of(drawings, [origins.of(row, rows) for row in rows])


def few_greys(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Round a drawing to the greys that are kept."""
    step = 255 / (_GREYS - 1)
    return np.asarray(np.round(np.round(drawing / step) * step), np.uint8)


def _decoded(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
