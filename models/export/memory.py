"""Make a bundle's memory of a prepared data set, cut anew from its pages as it will be drawn."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.bundle import MEMORY, Bundle, Card, load_bundle, sha256_of
from exhibit.contract.errors import InputError
from exhibit.contract.memory import (
    MEMORY_FILES,
    NETWORK,
    StoredMemory,
    read_memory,
    write_memory,
)
from exhibit.contract.values import Floats
from exhibit.recall import Memory
from exhibit.recall.composing import drawn_side
from models.collection import building, dataset
from models.collection.building import Progress
from models.collection.provenance import Origins
from models.dry_run import Cost, megabytes, pace, peak_memory_mb, seconds_of
from models.export.checking import checked_bundle
from models.export.meaning import ATTRIBUTION, know
from models.export.take_place import take_place
from models.saved.card import write_card
from models.sketches.framing import Placement, frame_strokes
from models.sketches.raster import table_ink

_INK_PX, _PEN_PX = 128, 1.5
_FAIR_SHARE, _LARGE_SHARE, _FAVOURITE = 0.01, 0.06, 0.15
"""Share of sketches from which on a drawing is found often, from which on very often, and what that
costs it: what drawings differ by that fit a circle equally well."""
_FORMAT = 2
"""Of bundles that have a memory, the oldest."""
_FILES = (*MEMORY_FILES, NETWORK)
_FEW_PAGES = 12
"""Pages that a dry run takes for all."""
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
    memory = Memory.of(drawings, provenance, know(drawings, sketches))
    return memory.handicapped(favourites(memory, sketches)) if sketches else memory


def favourites(memory: Memory, sketches: Sequence[Sequence[Floats]]) -> Floats:
    """Return what to take away from the scores (n,) of drawings that are found all too often.

    People draw circles; without this every other one would be the same melon.

    Args:
        memory: as it is.
        sketches: strokes (n, >= 2) of what people draw.
    """
    found = np.zeros(len(memory), np.float32)
    for strokes in sketches:
        placed = frame_strokes(strokes, strokes, Placement())
        finds = memory.search(table_ink(placed, _INK_PX, _PEN_PX, _PEN_PX), 1)
        if finds:
            found[finds[0].drawing] += 1
    share = found / max(float(found.sum()), 1.0)
    often = np.clip((share - _FAIR_SHARE) / (_LARGE_SHARE - _FAIR_SHARE), 0, 1)
    return np.asarray(_FAVOURITE * often, np.float32)


def cost_of_memory(
    folder: Path, resolution: int, origins: Origins, sketches: Sequence[Sequence[Floats]]
) -> Cost:
    """Make a memory of a few pages and say what one of all of them would cost.

    Args:
        folder, resolution, origins, sketches: as in `remember`.

    Raises:
        InputError: as `remember`; no drawing is kept on the first pages.
    """
    pages = 0

    def few(things: Iterable[Any], title: str) -> Iterable[Any]:
        nonlocal pages
        if title != "pages":
            return things
        kept = [page for page in things if any(row.kept for row in page[1])]
        pages = len(kept)
        return kept[:_FEW_PAGES]

    made: list[Memory] = []
    some = sketches[:_FEW_PAGES]
    seconds = seconds_of(lambda: made.append(remember(folder, resolution, origins, some, few)))
    times = max(1.0, pages / _FEW_PAGES, len(sketches) / _FEW_PAGES)
    with tempfile.TemporaryDirectory() as scratch:
        write_memory(made[0].stored(), Path(scratch))
        sizes = {file.name: file.stat().st_size for file in Path(scratch).rglob("*.*")}
    network = sizes.pop(NETWORK, 0)
    size = network + sum(sizes.values()) * max(1.0, pages / _FEW_PAGES)
    rate = pace(min(pages, _FEW_PAGES) / seconds, "pages")
    return Cost(times * seconds, rate, peak_memory_mb(), f"a memory of about {megabytes(size)}")


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
    remember_instead(bundle, memory.stored())
    return len(memory)


def described_memory(bundle: Bundle, origins: Origins) -> StoredMemory:
    """Return a bundle's memory with what is known anew of where its drawings are from.

    Args:
        bundle: which has one.
        origins: what is known of them; what the bundle knew before is forgotten.

    Raises:
        InputError: it has no memory, or `origins` speaks of drawings that it does not hold, or bars
            all of them.
    """
    path, stored = bundle.path, read_memory(bundle)
    if stored is None:
        raise InputError(f"{path}: has no memory; give it one with models bundle add-memory")
    held = {name for record in stored.provenance for name in (record.item, record.source)}
    if strange := sorted(set(origins.drawings) - held):
        raise InputError(f"'{strange[0]}': no such drawing in {path}; expected an item or a scan")
    provenance = tuple(origins.described(record) for record in stored.provenance)
    if all(record.barred for record in provenance):
        raise InputError(
            f"all {len(stored)} drawings of {path} are barred; expected some to recall"
        )
    return replace(stored, provenance=provenance)


def remember_instead(bundle: Bundle, stored: StoredMemory) -> None:
    """Put a memory into a bundle in the place of the one it has, as `add_memory` does."""
    with tempfile.TemporaryDirectory(dir=bundle.path.parent, prefix=".bundle-") as scratch:
        folder = Path(scratch) / "new"
        shutil.copytree(bundle.path, folder)
        shutil.rmtree(folder / MEMORY, ignore_errors=True)
        write_memory(stored, folder)
        write_card(remembering(bundle.card, folder), folder)
        checked_bundle(folder)
        take_place(folder, bundle.path)


def remembering(card: Card, folder: Path) -> Card:
    """Return a card that names the memory in a bundle's folder, and whose work is in it."""
    others = {name: value for name, value in card.files.items() if name not in _FILES}
    names = [name for name in _FILES if (folder / name).is_file()]
    credit = () if ATTRIBUTION in card.attribution or NETWORK not in names else (ATTRIBUTION,)
    return card.model_copy(
        update={
            "format": max(card.format, _FORMAT),
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
