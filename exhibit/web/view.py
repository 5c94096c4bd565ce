"""A published picture as JPEG, encoded once however many people watch."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from exhibit.contract.slot_reader import SlotReader

_QUALITY = 82


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A JPEG and the version of the slot it was made from."""

    version: int
    jpeg: bytes


class View:
    """The newest picture of a slot, which may not exist yet."""

    def __init__(self, path: Path) -> None:
        self._pictures = SlotReader(path)
        self._lock = threading.Lock()
        self._encoded: Encoded | None = None

    def newest(self) -> Encoded | None:
        """Return the newest picture, None before the first."""
        with self._lock:
            found = self._pictures.peek()
            if found is not None:
                # Loaded when somebody looks: it is the largest library of this process.
                import cv2

                pixels = found.pixels
                if pixels.ndim == 3:
                    pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)  # type: ignore[assignment]
                _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
                self._encoded = Encoded(found.version, jpeg.tobytes())
            return self._encoded
