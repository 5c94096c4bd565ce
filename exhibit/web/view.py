"""A published picture as JPEG, encoded once however many people watch."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2

from exhibit.contract.slot import Slot

_QUALITY = 82


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A JPEG and the version of the slot it was made from."""

    version: int
    jpeg: bytes


class View:
    """The newest picture of a slot, which may not exist yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._slot: Slot | None = None
        self._inode = 0
        self._encoded: Encoded | None = None

    def newest(self) -> Encoded | None:
        """Return the newest picture, None before the first."""
        with self._lock:
            self._attach()
            found = None if self._slot is None else self._slot.peek(self._version)
            if found is not None:
                pixels = found.pixels
                if pixels.ndim == 3:
                    pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)  # type: ignore[assignment]
                _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
                self._encoded = Encoded(found.version, jpeg.tobytes())
            return self._encoded

    @property
    def _version(self) -> int:
        return self._encoded.version if self._encoded else 0

    def _attach(self) -> None:
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            return
        if inode != self._inode:
            self._slot, self._inode, self._encoded = Slot.attach(self._path), inode, None
