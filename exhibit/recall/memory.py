"""The memory: drawings of a collection, and where their lines run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from exhibit.contract.bundle import Bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.memory import DRAWINGS, INDEX, Provenance, StoredMemory, read_memory
from exhibit.contract.values import Find, Gray
from exhibit.recall.index import Index, build_index, index_from, index_of
from exhibit.recall.search import search

_KEPT_DECODED = 64
_LOSSLESS = (cv2.IMWRITE_WEBP_QUALITY, 101)
"""WebP without loss takes a quarter less than PNG; to OpenCV above 100 means without loss."""


class Memory:
    """Drawings that can be found in ink; kept compressed, those asked for last also decoded.

    Attributes:
        index: where the lines of the drawings run.
        provenance: where each is from; empty for drawings that were never stored.
    """

    def __init__(
        self, encoded: Sequence[bytes], index: Index, provenance: Sequence[Provenance] = ()
    ) -> None:
        self.index = index
        self.provenance = tuple(provenance)
        self._encoded = tuple(encoded)
        self._decoded = lru_cache(_KEPT_DECODED)(lambda row: decoded(self._encoded[row]))

    @classmethod
    def of(cls, drawings: Sequence[Gray], provenance: Sequence[Provenance] = ()) -> Memory:
        """Make a memory of drawings (D, D) uint8, 0 ink .. 255 paper: some 30 ms a drawing."""
        return cls([encoded(drawing) for drawing in drawings], build_index(drawings), provenance)

    def __len__(self) -> int:
        return len(self._encoded)

    def drawing(self, row: int) -> Gray:
        """Return one drawing, (D, D) uint8, 0 ink .. 255 paper, read-only."""
        picture = self._decoded(row)
        assert picture is not None, row
        return picture

    def search(self, ink: Gray, count: int = 8, also: Sequence[Find] = ()) -> list[Find]:
        """Find the drawings that fit the ink best; see `exhibit.recall.search`."""
        return search(self.index, ink, count, also)

    def stored(self) -> StoredMemory:
        """Return what `write_memory` puts into a bundle."""
        return StoredMemory(self._encoded, index_of(self.index), self.provenance)


def open_memory(bundle: Bundle) -> Memory | None:
    """Open the memory of a bundle; None where it has none.

    Raises:
        BundleError: a drawing cannot be decoded, or the index is not one of these drawings.
    """
    stored = read_memory(bundle)
    if stored is None:
        return None
    for row, picture in enumerate(stored.encoded):
        drawing = decoded(picture)
        if drawing is None or drawing.shape[0] != drawing.shape[1]:
            name = stored.provenance[row].item
            raise BundleError(
                f"{bundle.file(DRAWINGS)}: drawing {row} ({name}) is unreadable; "
                "expected a square picture"
            )
    try:
        index = index_from(stored.index, len(stored))
    except ValueError as error:
        raise BundleError(f"{bundle.file(INDEX)}: {error}") from None
    return Memory(stored.encoded, index, stored.provenance)


def encoded(drawing: Gray) -> bytes:
    """Compress a drawing without loss."""
    done, data = cv2.imencode(".webp", drawing, _LOSSLESS)
    if not done:
        raise ValueError(f"drawing of shape {drawing.shape} cannot be compressed")
    return bytes(data.tobytes())


def decoded(picture: bytes) -> Gray | None:
    """Return a compressed drawing (D, D) uint8, read-only; None where it is unreadable."""
    if not picture:
        return None
    try:
        found = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        return None
    if found is None:
        return None
    found.setflags(write=False)
    return np.asarray(found, np.uint8)
