"""What calibration projects while the table runs: it covers the whole window while it is fresh."""

from __future__ import annotations

from pathlib import Path

from exhibit.contract.pattern import FRESH_S, SLOT
from exhibit.contract.slot_reader import SlotReader
from exhibit.contract.values import Gray
from exhibit.stage.engine_view import ATTACH_EVERY_S


class Pattern:
    """The newest pattern that calibration asks to be shown.

    Args:
        run_dir: the folder that the processes share.
        size_px: width and height of the window; a pattern of another size would land anywhere, and
            is not shown.
    """

    def __init__(self, run_dir: Path, size_px: tuple[int, int]) -> None:
        self._size = size_px[::-1]
        self._reader = SlotReader(run_dir / SLOT, ATTACH_EVERY_S)
        self._pixels: Gray | None = None
        self._until = float("-inf")
        self._new = False

    def look(self, now: float) -> bool:
        """Return whether a pattern is to be shown; whoever sends them must go on sending."""
        found = self._reader.peek()
        if found is not None:
            self._pixels, self._until = found.pixels, found.captured_at + FRESH_S
            self._new = True
        if now >= self._until:
            self._pixels = None
        return self._pixels is not None and self._pixels.shape[:2] == self._size

    def take(self) -> Gray | None:
        """Return a pattern that has not been taken yet."""
        if self._pixels is None or not self._new:
            return None
        self._new = False
        return self._pixels
