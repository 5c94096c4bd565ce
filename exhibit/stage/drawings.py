"""What the attract loop draws: a bundle's drawings, read from disk with no engine at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from exhibit.contract.arrays import open_arrays
from exhibit.contract.bundle import LATENTS, find_bundle
from exhibit.contract.errors import BundleError
from exhibit.contract.latents import check_walk
from exhibit.contract.memory import DRAWINGS, PROVENANCE, read_encoded, read_provenance
from exhibit.contract.values import Gray

_CURVES = 12
_CURVE_SIDE_PX = 256


class Drawings(Protocol):
    """Drawings that are made when they are asked for, each (R, R) uint8, dark on light."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, row: int, /) -> Gray:
        """Return one of them."""


class StoredDrawings:
    """The drawings of a memory: compressed pictures, decoded when they are asked for."""

    def __init__(self, encoded: Sequence[bytes]) -> None:
        self._encoded = encoded

    def __len__(self) -> int:
        return len(self._encoded)

    def __getitem__(self, row: int, /) -> Gray:
        data = np.frombuffer(self._encoded[row], np.uint8)
        found = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if len(data) else None
        # One drawing that cannot be read is a blank one: the loop goes on to the next.
        blank = np.full((_CURVE_SIDE_PX, _CURVE_SIDE_PX), 255, np.uint8)
        return blank if found is None else np.asarray(found, np.uint8)


class PreparedPictures:
    """The pictures (n, R, R) or (n, R, R, 3) that a bundle without memory was made with."""

    def __init__(self, pictures: Gray) -> None:
        self._pictures = pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, row: int, /) -> Gray:
        picture = self._pictures[row]
        if picture.ndim == 3:
            picture = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        return np.asarray(picture, np.uint8)


def read_drawings(bundle: str) -> Drawings:
    """Return the artist's drawings of a bundle, or its prepared pictures where it has no memory.

    Only these files are read, and not hashed: the engine checks the whole bundle, and the loop must
    play where the rest of it is damaged.

    Raises:
        BundleError: the bundle or its drawings are missing or malformed.
    """
    folder = find_bundle(bundle)
    try:
        remembers = (folder / DRAWINGS).is_file()
    except OSError as error:
        raise BundleError(f"{folder / DRAWINGS}: not readable: {error.strerror}") from None
    if remembers:
        encoded = read_encoded(folder / DRAWINGS)
        if shown := _not_barred(encoded, folder / PROVENANCE):
            return StoredDrawings(shown)
    return PreparedPictures(_read_pictures(folder / LATENTS))


def read_loop(file: Path) -> Drawings:
    """Return drawings that were made for the loop alone: `attract` of an archive.

    Raises:
        BundleError: the file is missing or malformed.
    """
    return PreparedPictures(_read_pictures(file))


def curves() -> Drawings:
    """Return closed lines that look like drawn ones, for a table without any bundle."""
    t = np.linspace(0, 2 * np.pi, 1200)
    pictures = np.full((_CURVES, _CURVE_SIDE_PX, _CURVE_SIDE_PX), 255, np.uint8)
    for index in range(_CURVES):
        turn = 2 * index / _CURVES - 1
        x = 0.30 * np.sin(3 * t + 1.2 * turn) + 0.10 * np.sin(8 * t - turn)
        y = 0.30 * np.sin(2 * t + 0.5 * turn) + 0.10 * np.cos(7 * t + turn)
        points = np.rint((0.5 + np.stack([x, y], axis=1)) * _CURVE_SIDE_PX * 16).astype(np.int32)
        cv2.polylines(pictures[index], [points], True, 30, 1, cv2.LINE_AA, shift=4)
    return PreparedPictures(pictures)


def _not_barred(encoded: Sequence[bytes], provenance: Path) -> list[bytes]:
    """Leave out what a curator has barred; nothing where that cannot be read."""
    try:
        records = read_provenance(provenance)
    except (BundleError, OSError):
        return list(encoded)
    barred = {row for row, record in enumerate(records) if record.barred}
    return [picture for row, picture in enumerate(encoded) if row not in barred]


def _read_pictures(file: Path) -> Gray:
    try:
        with open_arrays(file) as arrays:
            pictures = arrays["attract"]
    except Exception as error:  # noqa: BLE001 - a damaged archive fails in many ways
        raise BundleError(f"{file}: {error}; expected an archive with 'attract'") from None
    check_walk(pictures, file)
    return np.asarray(pictures, np.uint8)
