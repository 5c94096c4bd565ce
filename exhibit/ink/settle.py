"""Calm: ink counts once it has been still and uncovered long enough, sure ink sooner."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import Box, as_gray, places_of

_QUICK = 7
"""What is sure waits for this share of the time."""
_AROUND = 5
PIECE_PX = 6
"""So many pixels that change within a window of five by five are a piece of a stroke, no noise."""


class Settler:
    """Per pixel, how long what is seen has differed from what is settled."""

    def __init__(self, settled: Gray) -> None:
        """Start from settled ink (H, W) uint8, 1 ink."""
        self.settled = settled
        self.changed: Box = np.s_[0:0, 0:0]
        """Rows and columns in which it changed last."""
        self._differs_ms: NDArray[np.uint16] = np.zeros(settled.size, np.uint16)
        self._taken_back: NDArray[np.bool_] = np.zeros(settled.size, np.bool_)
        self._at: NDArray[np.intp] = np.zeros(0, np.intp)

    def step(
        self,
        seen: Gray,
        free: Gray,
        dark: Gray,
        times_ms: tuple[int, int],
        least_px: int,
        box: Box | None = None,
    ) -> bool:
        """Take one frame's ink into account.

        Ink is sure where a stroke appears that is dark enough to begin a line, unless ink was
        taken back there before.

        Args:
            seen: (H, W) uint8, 1 on ink seen now.
            free: (H, W) uint8, odd where nothing hides the sheet, else 0.
            dark: (H, W) uint8, not 0 where the contrast is enough for a line to begin.
            times_ms: time since the frame before, and how long ink must stay before it counts if
                it is not sure.
            least_px: changes of fewer pixels within a window of five by five are noise.
            box: rows and columns that the three pictures are of; beyond them nothing is ink.

        Returns:
            Whether the settled ink changed.
        """
        whole = self.settled
        differs = seen ^ (whole if box is None else whole[box])
        differs &= free
        # Few pixels differ: only those are looked at.
        here = at = places_of(differs)
        if box is not None:
            y, x = np.divmod(here, differs.shape[1])
            at = (y + box[0].start) * whole.shape[1] + x + box[1].start
        elapsed_ms, settle_ms = times_ms
        passed = np.uint16(min(max(elapsed_ms, 0), 1000))
        waits = self._differs_ms[at] + passed
        if at.size:
            piece = _around(differs, here)
            sure = (piece >= PIECE_PX) & (dark.ravel()[here] > 0) & ~self._taken_back[at]
            waits += passed * np.uint16(_QUICK - 1) * (sure & (whole.ravel()[at] == 0))
            waits *= piece >= least_px
        due = waits > settle_ms
        waits[due] = 0
        self._differs_ms[self._at] = 0
        self._differs_ms[at], self._at = waits, at
        if not due.any():
            return False
        self._settle(at[due])
        return True

    def turn(self, wrong: Gray) -> bool:
        """Turn settled ink over at once where (H, W) uint8 is 1; returns whether anything did."""
        at = places_of(wrong)
        if at.size:
            self._settle(at)
        return bool(at.size)

    def _settle(self, at: NDArray[np.intp]) -> None:
        """Let pixels count as they are seen."""
        settled = self.settled.copy()
        flat = settled.ravel()
        self._taken_back[at] |= flat[at] > 0
        flat[at] ^= 1
        self.settled, self.changed = settled, _box_of(at, settled.shape[1])


def _around(marks: Gray, at: NDArray[np.intp]) -> Gray:
    """Return how many marked pixels of (H, W) uint8 are around some of them, (n,) uint8."""
    box = _box_of(at, marks.shape[1])
    part = marks[box]
    size, border = (_AROUND, _AROUND), cv2.BORDER_CONSTANT
    counts = cv2.boxFilter(part, -1, size, normalize=False, borderType=border)
    y, x = np.divmod(at, marks.shape[1])
    return as_gray(counts[y - box[0].start, x - box[1].start])


def _box_of(at: NDArray[np.intp], width: int) -> Box:
    """Return the rows and columns around places, in order, in a picture of a width."""
    x = at % width
    rows = slice(int(at[0]) // width, int(at[-1]) // width + 1)
    return rows, slice(int(x.min()), int(x.max()) + 1)
