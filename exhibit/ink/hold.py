"""Ink stays as it was where something lay that is no ink: nobody can have drawn below it.

Pixels at the edges of ink, and creases, come and go by themselves while hands stir, as they do when
a card is laid down, turned and taken away. So where a card comes to lie, what has changed since the
hand came that brought it is taken back; where that has been longer, or is the hand that moves the
card on, only single pixels are, for those are no stroke. And where a card has lain, only what is
clearly drawn or rubbed out counts for a while.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Gray
from exhibit.ink.images import Homography, as_gray, square
from exhibit.ink.settle import PIECE_PX
from exhibit.ink.threshold import Limits

_LASTS_MS, _MOVED_ON_MS = 5000, 20_000
"""Once all cards have left; the hand that takes them away has gone by then. And where one has lain
that lies elsewhere now: by then it is no longer moved on, and what is drawn faintly counts."""
_QUIET_MS, _BROUGHT_WITHIN_MS = 300, 2500
"""Nothing stirred, and a card is seen at most so long after the hand that brings it."""
_CLEARLY_INK, _CLEARLY_PAPER = 1.5, 0.5
"""Contrast, as a share of what begins a line, and of what continues one."""


class Hold:
    """Where the ink of one sheet is held.

    Args:
        settled: (H, W) uint8, 1 on settled ink, to begin with.
    """

    def __init__(self, settled: Gray) -> None:
        # As it was before the hand of now came, and the one with the first card that lies there.
        self._before, self._stirs_ms = settled, 0
        self._earlier, self._lies_ms = settled, 0
        self._left_ms: NDArray[np.uint16] = np.zeros(settled.shape, np.uint16)
        self._holds = False

    def step(
        self,
        covered: Gray | None,
        settled: Gray,
        has_hand: bool,
        quiet_ms: int,
        elapsed_ms: int,
    ) -> tuple[Gray, Gray] | None:
        """Take one frame into account.

        Args:
            covered: (H, W) uint8, 1 where something lies that is no ink, or None.
            settled: (H, W) uint8, 1 on settled ink; another array whenever it has changed.
            has_hand: whether hands are seen on the sheet.
            quiet_ms: for how long nothing on the sheet has stirred.
            elapsed_ms: time since the frame before.

        Returns:
            (H, W) uint8, 1 where something has come to lie and ink is to be as it was, and that
            ink (H, W) uint8; or None where nothing is to be taken back.
        """
        self._stirs_ms += elapsed_ms
        if quiet_ms >= _QUIET_MS or not (has_hand or covered is not None):
            self._before, self._stirs_ms = settled, 0
        if covered is None:
            self._lies_ms = 0
        else:
            if not self._lies_ms:
                self._earlier = self._before if self._was_brought else settled
            self._lies_ms += max(elapsed_ms, 1)
        if covered is None and not self._holds:
            return None
        passed = np.full_like(self._left_ms, min(max(elapsed_ms, 0), _MOVED_ON_MS))
        # OpenCV stops at 0.
        self._left_ms = np.asarray(cv2.subtract(self._left_ms, passed), np.uint16)
        if covered is None:
            self._left_ms = np.minimum(self._left_ms, np.uint16(_LASTS_MS))
            self._holds = bool(self._left_ms.any())
            return None
        lies = covered > 0
        came = as_gray(lies & (self._left_ms == 0))
        self._left_ms[lies] = _MOVED_ON_MS
        self._holds = bool(self._left_ms.any())
        return self._as_it_was(came, settled) if came.any() else None

    @property
    def _was_brought(self) -> bool:
        """Whether the hand that is there has had no time to draw."""
        return self._stirs_ms <= _BROUGHT_WITHIN_MS

    def _as_it_was(self, came: Gray, settled: Gray) -> tuple[Gray, Gray] | None:
        """Return where something came to lie and ink is to be another, and that ink."""
        where, ink = np.zeros_like(came), settled
        if self._was_brought:
            where, ink = came, self._before
        if self._lies_ms <= _MOVED_ON_MS:
            differs = ink ^ self._earlier
            single = differs & as_gray(_around(differs) < PIECE_PX) & came
            where, ink = where | single, ink ^ single
        return (where, ink) if where.any() else None

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
        counts = (self._left_ms == 0) | (clear & (_around(as_gray(clear)) >= PIECE_PX))
        return as_gray(np.where(counts, found, settled))

    def moved(self, old_to_new: Homography, settled: Gray) -> Hold:
        """Return the same after the sheet moved by a homography; `settled` has moved with it."""
        other = Hold(settled)
        size = (settled.shape[1], settled.shape[0])
        nearest = cv2.INTER_NEAREST
        left_ms = cv2.warpPerspective(self._left_ms, old_to_new, size, flags=nearest)
        other._left_ms, other._holds = np.asarray(left_ms, np.uint16), self._holds
        return other


def _around(marks: Gray) -> Gray:
    """Return how many pixels of (H, W) uint8 are 1 in the window of five by five around each."""
    return as_gray(cv2.filter2D(marks, cv2.CV_8U, square(5), borderType=cv2.BORDER_CONSTANT))
