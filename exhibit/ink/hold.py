"""Ink stays as it was where something lay that is no ink: nobody can have drawn below it.

Pixels at the edges of ink, and creases, come and go by themselves while hands stir, as they do when
a card is laid down and taken away. So what has changed since the hand came that brought a card is
taken back, and once it has left only what is clearly drawn or rubbed out counts for a while.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import Homography, as_gray, square
from exhibit.ink.settle import PIECE_PX
from exhibit.ink.threshold import Limits

_LASTS_MS = 5000
"""The hand that takes a card away has gone by then."""
_QUIET_MS, _BROUGHT_WITHIN_MS = 300, 2500
"""Nothing stirred, and a card is seen at most so long after the hand that brings it."""
_CLEARLY_INK, _CLEARLY_PAPER = 1.5, 0.5
"""Contrast, as a share of what begins a line, and of what continues one."""


class Hold:
    """Where the ink of one sheet is held.

    Attributes:
        before: (H, W) uint8, 1 on what was settled ink when nothing stirred last.

    Args:
        settled: (H, W) uint8, 1 on settled ink, to begin with.
    """

    def __init__(self, settled: Gray) -> None:
        self.before, self._stirs_ms = settled, 0
        self._left_ms: NDArray[np.uint16] = np.zeros(settled.shape, np.uint16)
        self._holds = False

    def step(
        self, covered: Gray | None, settled: Gray, quiet_ms: int, elapsed_ms: int
    ) -> Gray | None:
        """Take one frame into account.

        Args:
            covered: (H, W) uint8, 1 where something lies that is no ink, or None.
            settled: (H, W) uint8, 1 on settled ink; another array whenever it has changed.
            quiet_ms: for how long nothing on the sheet has stirred.
            elapsed_ms: time since the frame before.

        Returns:
            (H, W) uint8, 1 where something has come to lie and ink is to be as it was `before`, or
            None where it is not.
        """
        self._stirs_ms += elapsed_ms
        if quiet_ms >= _QUIET_MS:
            self.before, self._stirs_ms = settled, 0
        if covered is None and not self._holds:
            return None
        passed = np.full_like(self._left_ms, min(max(elapsed_ms, 0), _LASTS_MS))
        # OpenCV stops at 0.
        self._left_ms = np.asarray(cv2.subtract(self._left_ms, passed), np.uint16)
        came = None
        if covered is not None:
            lies = covered > 0
            came = as_gray(lies & (self._left_ms == 0))
            self._left_ms[lies] = _LASTS_MS
        self._holds = bool(self._left_ms.any())
        was_brought = came is not None and came.any() and self._stirs_ms <= _BROUGHT_WITHIN_MS
        return came if was_brought else None

    def kept(self, found: Gray, settled: Gray, contrast: Gray, limits: Limits) -> Gray:
        """Return ink (H, W) uint8 with what is held as it is settled, unless it clearly is not so.

        Args:
            found: (H, W) uint8, 1 on ink that is found now.
            settled: (H, W) uint8, 1 on settled ink.
            contrast: (H, W) uint8.
            limits: what counts as ink.
        """
        if not self._holds:
            return found
        clearly_ink = contrast > _CLEARLY_INK * limits.high
        clearly_paper = contrast < _CLEARLY_PAPER * limits.low
        clear = np.where(found > 0, clearly_ink, clearly_paper) & (found != settled)
        # At the edge of a black line single pixels come and go at half its contrast.
        around = cv2.filter2D(as_gray(clear), cv2.CV_8U, square(5), borderType=cv2.BORDER_CONSTANT)
        counts = (self._left_ms == 0) | (clear & (around >= PIECE_PX))
        return as_gray(np.where(counts, found, settled))

    def moved(self, old_to_new: Homography, settled: Gray) -> Hold:
        """Return the same after the sheet moved by a homography; `settled` has moved with it."""
        other = Hold(settled)
        size = (settled.shape[1], settled.shape[0])
        nearest = cv2.INTER_NEAREST
        left_ms = cv2.warpPerspective(self._left_ms, old_to_new, size, flags=nearest)
        other._left_ms, other._holds = np.asarray(left_ms, np.uint16), self._holds
        return other
