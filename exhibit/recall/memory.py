"""The memory: drawings of a collection, and where their lines run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

import cv2
import numpy as np

from exhibit.contract.bundle import Bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.memory import (
    DRAWINGS,
    INDEX,
    NETWORK,
    Provenance,
    StoredMemory,
    read_memory,
)
from exhibit.contract.values import Find, Floats, Gray
from exhibit.recall.index import Index, build_index, index_from, index_of
from exhibit.recall.liking import Liking
from exhibit.recall.meaning import FACE, FACING, KnownMeanings, Meaning
from exhibit.recall.measured import Measured, measure
from exhibit.recall.search import search

_KEPT_DECODED = 64
_CUT = 0.05
"""Cost of a drawing that was cut out of another: its lines end where it was cut."""
_CODES, _CENTRE, _HANDICAP = "meanings", "meaning_centre", "handicap"
_LOSSLESS = (cv2.IMWRITE_WEBP_QUALITY, 101)
"""WebP without loss takes a quarter less than PNG; to OpenCV above 100 means without loss."""


class Memory:
    """Drawings that can be found in ink; kept compressed, those asked for last also decoded.

    Attributes:
        index: where the lines of the drawings run.
        provenance: where each is from; empty for drawings that were never stored.
        barred: (n,) bool, the drawings that are never found.
    """

    def __init__(
        self,
        encoded: Sequence[bytes],
        index: Index,
        provenance: Sequence[Provenance] = (),
        known: KnownMeanings | None = None,
        handicap: Floats | None = None,
    ) -> None:
        """Hold drawings.

        Args:
            encoded: n compressed drawings.
            index: of them.
            provenance: of them, or of none.
            known: what a network says of them, where there is one.
            handicap: (n,) float32, what is taken away from their scores.

        Raises:
            BundleError: the network cannot be opened.
        """
        self.index = index
        self.provenance = tuple(provenance)
        self._encoded = tuple(encoded)
        self._decoded = lru_cache(_KEPT_DECODED)(lambda row: decoded(self._encoded[row]))
        details, facing, lettered, barred = np.zeros((4, len(encoded)), np.float32)
        for row, record in enumerate(provenance):
            details[row], facing[row] = record.detail_of is not None, record.facing
            lettered[row], barred[row] = record.lettered, record.barred
        if handicap is None:
            handicap = np.zeros(len(encoded), np.float32)
        self.barred = barred > 0
        self._own_handicap = handicap
        never = np.stack([barred, np.maximum(barred, lettered)], axis=1) > 0
        cost = (handicap + _CUT * details)[:, None]
        self._handicap = np.where(never, np.inf, cost).astype(np.float32)
        self._known = known
        faces = FACE * details + FACING * facing
        self._meaning = Meaning(known, faces) if known is not None else None

    @classmethod
    def of(
        cls,
        drawings: Sequence[Gray],
        provenance: Sequence[Provenance] = (),
        known: KnownMeanings | None = None,
    ) -> Memory:
        """Make a memory of drawings (D, D) uint8, 0 ink .. 255 paper: some 30 ms a drawing."""
        pictures = [encoded(drawing) for drawing in drawings]
        return cls(pictures, build_index(drawings), provenance, known)

    @classmethod
    def of_stored(cls, stored: StoredMemory) -> Memory:
        """Make a memory of what a bundle has stored.

        Raises:
            ValueError: the index is not one of these drawings; names the array.
            BundleError: the network cannot be opened.
        """
        index = index_from(stored.index, len(stored))
        handicap = stored.index.get(_HANDICAP, np.zeros(len(stored), np.float32))
        if handicap.shape != (len(stored),) or handicap.dtype != np.float32:
            raise ValueError(
                f"{_HANDICAP} is {handicap.dtype} {handicap.shape}, "
                f"expected float32 {(len(stored),)}"
            )
        return cls(stored.encoded, index, stored.provenance, _known(stored), handicap)

    def handicapped(self, handicap: Floats) -> Memory:
        """Return the same memory with (n,) float32 taken away from the scores."""
        return Memory(self._encoded, self.index, self.provenance, self._known, handicap)

    def barring(self, rows: Collection[int]) -> Memory:
        """Return the same memory, of stored drawings, in which these are barred as well."""
        provenance = [
            record.model_copy(update={"barred": True}) if row in rows else record
            for row, record in enumerate(self.provenance)
        ]
        return Memory(self._encoded, self.index, provenance, self._known, self._own_handicap)

    def __len__(self) -> int:
        return len(self._encoded)

    def drawing(self, row: int) -> Gray:
        """Return one drawing, (D, D) uint8, 0 ink .. 255 paper, read-only."""
        picture = self._decoded(row)
        assert picture is not None, row
        return picture

    def search(self, ink: Gray, count: int = 8, also: Sequence[Find] = ()) -> list[Find]:
        """Find the drawings that fit the ink best.

        Args:
            ink: (S, S) uint8, 0 ink .. 255 paper.
            count: at most so many different drawings.
            also: finds of ink that was like this one; they are laid again, and are among the
                result however well they fit.

        Returns:
            Finds, the best first; empty where there is too little ink.
        """
        measured = measure(ink)
        if measured is None:
            return []
        return search(self.index, measured, self.liking(ink, measured), count, also)

    def liking(self, ink: Gray, measured: Measured) -> Liking:
        """Return what speaks for drawings besides how their lines fit."""
        alike = np.zeros((len(self), 2), np.float32)
        if self._meaning is not None:
            alike = self._meaning.alike(ink, measured)
        return Liking(alike, self._handicap)

    def stored(self) -> StoredMemory:
        """Return what `write_memory` puts into a bundle."""
        arrays = index_of(self.index) | {_HANDICAP: self._own_handicap}
        if self._known is None:
            return StoredMemory(self._encoded, arrays, self.provenance)
        arrays |= {_CODES: self._known.codes, _CENTRE: self._known.centre}
        return StoredMemory(self._encoded, arrays, self.provenance, self._known.network)


def open_memory(bundle: Bundle) -> Memory | None:
    """Open the memory of a bundle; None where it has none, or where all of it is barred.

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
    if all(record.barred for record in stored.provenance):
        return None
    try:
        return Memory.of_stored(stored)
    except ValueError as error:
        raise BundleError(f"{bundle.file(INDEX)}: {error}") from None
    except BundleError as error:
        raise BundleError(f"{bundle.file(NETWORK)}: {error}") from None


def _known(stored: StoredMemory) -> KnownMeanings | None:
    """Return what a stored network says of the drawings; raises ValueError, naming the array."""
    if not stored.network:
        return None
    centre = stored.index.get(_CENTRE, np.zeros(0, np.float32))
    codes = stored.index.get(_CODES, np.zeros(0, np.float32))
    expected = (len(stored), 2, centre.size)
    if codes.shape != expected or codes.dtype != np.float32 or not centre.size:
        raise ValueError(
            f"{_CODES} is {codes.dtype} {codes.shape}, expected float32 {expected} with {NETWORK}"
        )
    return KnownMeanings(stored.network, codes, centre)


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
