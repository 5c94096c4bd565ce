"""The memory of a bundle of format 2: the folder `memory/` with the drawings recalled from.

`drawings.npz` holds every drawing as a losslessly compressed picture, one behind the other in
`encoded` (uint8), each ending at its number in `ends` (int64). `index.npz` holds what the search
goes by (see `exhibit.recall.index`). `provenance.json` says of every drawing where it is from.
Pictures are decoded in `exhibit.recall`, which knows a picture library.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from exhibit.contract.arrays import DAMAGES, open_arrays
from exhibit.contract.bundle import MEMORY, Bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.plain_files import plain_bytes

DRAWINGS, INDEX = f"{MEMORY}/drawings.npz", f"{MEMORY}/index.npz"
PROVENANCE = f"{MEMORY}/provenance.json"
MEMORY_FILES = (DRAWINGS, INDEX, PROVENANCE)
NETWORK = f"{MEMORY}/meaning.onnx"
"""What says what ink is like; a memory can do without."""


class Provenance(BaseModel):
    """Where a drawing is from, as far as it is known."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    item: str
    """Its name in the prepared data set and in `curation.csv`."""
    source: str
    """The scan it was cut from."""
    title: str = ""
    """What it shows, or what the artist called it."""
    artist: str = ""
    """Who drew it."""
    book: str = ""
    """Where it was printed."""
    page: str = ""
    """The page there."""
    year: int | None = None
    """When it was printed."""
    edition: str = ""
    """Who scanned it, and where that can be found."""
    caption: str = ""
    """What is printed under it, where the scan had that."""
    detail_of: int | None = None
    """Row of the drawing that this one is a part of."""
    facing: bool = False
    """A face that looks at whoever looks at it: what people mean who draw one."""
    lettered: bool = False
    """Letters or a clock's face are in it: it is never shown mirrored."""
    barred: bool = False
    """A person decided that it is neither recalled nor named: nobody could say what it shows."""

    @property
    def label(self) -> str:
        """One line for people: title or caption, artist, book, page and year."""
        name = self.title or self.caption or self.item
        page = f"p. {self.page}" if self.page else ""
        year = str(self.year) if self.year else ""
        return ", ".join(part for part in (name, self.artist, self.book, page, year) if part)


_RECORDS = TypeAdapter(tuple[Provenance, ...])


@dataclass(frozen=True, slots=True, eq=False)
class StoredMemory:
    """What the folder holds.

    Args:
        encoded: every drawing as a compressed picture.
        index: arrays of the index by name.
        provenance: of every drawing.
        network: that says what ink is like, as ONNX; empty where there is none.
    """

    encoded: tuple[bytes, ...]
    index: Mapping[str, NDArray[Any]]
    provenance: tuple[Provenance, ...]
    network: bytes = b""

    def __len__(self) -> int:
        return len(self.encoded)


def read_memory(bundle: Bundle) -> StoredMemory | None:
    """Read a bundle's memory; None where it has none, or nothing in it.

    Raises:
        BundleError: a file is missing or is not what it should be; names the file.
    """
    named = [name for name in MEMORY_FILES if name in bundle.card.files]
    if not named:
        return None
    for name in MEMORY_FILES:
        if name not in named:
            raise BundleError(
                f"{bundle.path / 'card.yaml'}: files lists no '{name}', but {named[0]}"
            )
    encoded = read_encoded(bundle.file(DRAWINGS))
    memory = StoredMemory(
        encoded,
        _arrays(bundle.file(INDEX)),
        read_provenance(bundle.file(PROVENANCE)),
        plain_bytes(bundle.file(NETWORK)) if NETWORK in bundle.card.files else b"",
    )
    if len(memory.provenance) != len(encoded):
        raise BundleError(
            f"{bundle.file(PROVENANCE)}: tells of {len(memory.provenance)} drawings, "
            f"expected {len(encoded)} as in {DRAWINGS}"
        )
    for row, record in enumerate(memory.provenance):
        if record.detail_of is not None and not 0 <= record.detail_of < len(encoded):
            raise BundleError(
                f"{bundle.file(PROVENANCE)}: drawing {row} is a detail of {record.detail_of}, "
                f"expected a row below {len(encoded)}"
            )
    return memory if len(encoded) else None


def write_memory(memory: StoredMemory, folder: Path) -> None:
    """Write `memory/` into a bundle's folder; the card is to name its files afterwards."""
    (folder / MEMORY).mkdir(parents=True, exist_ok=True)
    joined = np.frombuffer(b"".join(memory.encoded), np.uint8)
    ends = np.cumsum([len(picture) for picture in memory.encoded], dtype=np.int64)
    np.savez(folder / DRAWINGS, encoded=joined, ends=ends)
    arrays: dict[str, Any] = dict(memory.index)
    np.savez_compressed(folder / INDEX, **arrays)
    records = [record.model_dump(exclude_defaults=True) for record in memory.provenance]
    text = json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    (folder / PROVENANCE).write_text(text, encoding="utf-8")
    if memory.network:
        (folder / NETWORK).write_bytes(memory.network)


def read_encoded(file: Path) -> tuple[bytes, ...]:
    """Read the compressed drawings of a memory from its `DRAWINGS`.

    Raises:
        BundleError: the file is missing or is not what it should be; names the file.
    """
    arrays = _arrays(file)
    try:
        joined, ends = arrays["encoded"], arrays["ends"]
    except KeyError as error:
        raise BundleError(f"{file}: {error} is missing; expected encoded and ends") from None
    if ends.ndim != 1 or ends.dtype.kind not in "iu":
        raise BundleError(
            f"{file}: ends are {ends.dtype} {ends.shape}, expected whole numbers (n,)"
        )
    starts = np.concatenate([[0], ends])
    fits = joined.dtype == np.uint8 and joined.ndim == ends.ndim == 1
    if not fits or starts[-1] != len(joined) or (np.diff(starts) < 0).any():
        raise BundleError(
            f"{file}: ends do not divide the {joined.size} bytes of encoded into pictures"
        )
    return tuple(joined[start:end].tobytes() for start, end in itertools.pairwise(starts.tolist()))


def _arrays(file: Path) -> dict[str, NDArray[Any]]:
    try:
        with open_arrays(file) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except DAMAGES as error:
        raise BundleError(f"{file}: not readable: {error}; expected NumPy arrays") from None


def read_provenance(file: Path) -> tuple[Provenance, ...]:
    """Read where every drawing of a memory is from, from its `PROVENANCE`.

    Raises:
        BundleError: a record is not what it should be; names file and field.
    """
    try:
        return _RECORDS.validate_json(plain_bytes(file))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        raise BundleError(f"{file}: {where}: {first['msg']} (got {first['input']!r:.80})") from None
