"""What lies still on the sheet: a hand at rest, a thing that was left there, or odd paper.

A hand may rest for minutes, and so may a rubber or a cup: neither is ever learnt as paper. Learnt
is what hardly differs from paper, a strip of tape or a patch that was guessed wrong; what goes over
into paper without a seam, because a hand was there when the paper's brightness was guessed; and
what was there before a sheet and after it, which belongs to the table.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, ellipse, square

_STIRS = 0.02
_SEAMLESS_S, _STILL_S, _LEFT_S = 1.0, 8.0, 60.0
_SEAM = 0.05
_EVERY_S = 0.5
_HAND_LIKE = 0.12
"""A hand differs more than this from paper in a tenth of its area at least."""
_STIRRED_PX, _STIRRED_SHARE = 3, 0.02
_OUTLASTS, _BESIDE = 0.8, 3


class Resting:
    """Follows, piece by piece, how long what covers the sheet has not stirred."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._still: Floats = np.zeros(shape, np.float32)
        self._stirred_at: NDArray[np.float64] = np.zeros(shape, np.float64)
        self._due_at = 0.0
        self._covered: Gray = np.zeros(shape, np.uint8)
        self._outlasted: Gray = np.zeros(shape, np.uint8)
        self._told: Gray = np.zeros(shape, np.uint8)

    def new_sheet(self) -> None:
        """Another sheet comes: what covered the one before and covers this one is no visitor's."""
        self._outlasted = self._covered.copy()

    def step(
        self, level: Gray, ratio: Floats, hands: Gray, now_s: float
    ) -> tuple[Gray | None, list[tuple[float, float]]]:
        """Take one frame into account.

        Args:
            level: (h, w) uint8, brightness.
            ratio: (h, w) float32, brightness over that of paper.
            hands: (h, w) uint8, 1 on what covers the sheet.
            now_s: time of the frame.

        Returns:
            (h, w) uint8, 1 on what is paper after all, or None; and the middles x, y (shares of the
            frame) of things that have just been lying there for a minute.
        """
        if not hands.any():
            self._covered = hands
            return None, []
        stirs = np.abs(level - self._still) > _STIRS * self._still + 1.0
        np.putmask(self._still, stirs, level)
        np.putmask(self._stirred_at, stirs, now_s)
        self._covered = hands
        if now_s < self._due_at:
            return None, []
        self._due_at = now_s + _EVERY_S
        return self._judge(level, ratio, hands, now_s)

    def _judge(
        self, level: Gray, ratio: Floats, hands: Gray, now_s: float
    ) -> tuple[Gray | None, list[tuple[float, float]]]:
        self._told &= hands
        self._outlasted &= hands
        # Fingers that stir change what is beside them.
        wide = as_gray(cv2.dilate(hands, ellipse(_BESIDE)))
        count, labels, stats, middles = cv2.connectedComponentsWithStats(wide, connectivity=8)
        paper, left = np.zeros_like(hands), []
        height, width = hands.shape
        for label in range(1, count):
            beside, area = labels == label, int(stats[label, cv2.CC_STAT_AREA])
            if self._stirred(beside, area, now_s - _SEAMLESS_S):
                continue
            here = beside & (hands > 0)
            if _seamless(level, here):
                paper[here] = 1
                continue
            if self._stirred(beside, area, now_s - _STILL_S):
                continue
            odd = float(np.quantile(np.abs(ratio[here] - 1.0), 0.9)) < _HAND_LIKE
            if odd or float(self._outlasted[here].mean()) > _OUTLASTS:
                paper[here] = 1
            elif not self._told[here].any() and not self._stirred(beside, area, now_s - _LEFT_S):
                self._told[here] = 1
                x, y = middles[label]
                left.append((float(x) / width, float(y) / height))
        return (as_gray(paper) if paper.any() else None), left

    def _stirred(self, here: NDArray[np.bool_], area: int, since_s: float) -> bool:
        """Whether more than noise has changed in a piece since a time."""
        most = max(_STIRRED_PX, _STIRRED_SHARE * area)
        return bool(np.count_nonzero(self._stirred_at[here] >= since_s) > most)


def _seamless(level: Gray, here: NDArray[np.bool_]) -> bool:
    """Whether the frame itself (h, w) uint8 shows no edge around a piece (h, w) bool."""
    piece = as_gray(here)
    border = cv2.morphologyEx(piece, cv2.MORPH_GRADIENT, square(3)) > 0
    steps = cv2.morphologyEx(level, cv2.MORPH_GRADIENT, square(3))[border]
    return float(np.quantile(steps / np.maximum(level[border], 4.0), 0.75)) < _SEAM
