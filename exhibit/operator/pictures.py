"""Live pictures as JPEG: encoded once however many people watch, and only while somebody does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from exhibit.contract.slot_reader import SlotReader

if TYPE_CHECKING:
    from exhibit.contract.values import Gray

NAMES = ("camera", "ink", "picture", "composite", "calibration")
MOST_STREAMS = 16
_QUALITY = 80
_WIDEST_PX = 720
_ENCODE_EVERY_S = 1 / 30
_LOOK_EVERY_S = 0.01
_WAIT_AT_MOST_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A JPEG, the version of its picture, and the monotonic seconds its frame was captured at."""

    version: int
    captured_at: float
    jpeg: bytes


class Picture:
    """The newest picture of a slot, which may not exist yet and may be replaced."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._pictures, self._clock = SlotReader(path), clock
        self._encode_due = float("-inf")
        self._encoded: Encoded | None = None
        self._lookout: asyncio.Future[None] | None = None

    def newest(self) -> Encoded | None:
        """Return the newest picture, None before the first."""
        if self._is_due():
            self._encode_due = self._clock() + _ENCODE_EVERY_S
            found = self._pictures.peek()
            if found is not None:
                jpeg = _jpeg(found.pixels)
                self._encoded = Encoded(found.version, found.captured_at, jpeg)
        return self._encoded

    async def changed(self, seen: Encoded | None) -> None:
        """Wait until `newest` gives another picture than `seen`, or for two seconds.

        However many wait, one of them looks out for all: a slot has no bell, only a number that
        rises, and reading it costs next to nothing.
        """
        if self._encoded not in (None, seen):
            return
        if self._lookout is None or self._lookout.done():
            self._lookout = asyncio.ensure_future(self._look_out())
        await asyncio.shield(self._lookout)

    async def _look_out(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _WAIT_AT_MOST_S
        while not self._is_due() and loop.time() < until:
            await asyncio.sleep(_LOOK_EVERY_S)

    def _is_due(self) -> bool:
        """Return whether there is a picture to encode."""
        return self._clock() >= self._encode_due and self._pictures.has_news()


class Pictures:
    """The pictures of a table by name, and how many streams of them are open."""

    def __init__(self, run_dir: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._pictures = {name: Picture(run_dir / f"{name}.slot", clock) for name in NAMES}
        self.streams = 0

    def newest(self, name: str) -> Encoded | None:
        """Return the newest picture of a name in `NAMES`."""
        return self._pictures[name].newest()

    async def changed(self, name: str, seen: Encoded | None) -> None:
        """Wait until there is another picture of a name than `seen`, or for two seconds."""
        await self._pictures[name].changed(seen)


def _jpeg(pixels: Gray) -> bytes:
    # Loaded when somebody looks for the first time: it is the largest library of this process.
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    step = -(-pixels.shape[1] // _WIDEST_PX)
    if step > 1:
        size = (pixels.shape[1] // step, pixels.shape[0] // step)
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    if pixels.ndim == 3:
        pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)
    _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return jpeg.tobytes()
