"""A second sheet on top: told by the brightness of the paper, compared with what lies around it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import ellipse, middle

_CHANGED = 0.08
"""Paper on paper is brighter than one sheet lit from below, and darker lit from above."""
_NEAR, _EVEN_SHARE, _STEADY = 0.06, 0.8, 0.02
_FRAMES, _GIVES_UP = 10, 60
_RATE = 0.02
_EVERY = 2
_FEWEST_PX, _FEWEST_AROUND_PX = 40, 8
_AROUND = 4


class CoverWatch:
    """Notices that the whole sheet is as much brighter or darker as paper on paper is.

    The light alone changes what lies around the sheet just as much, a hand changes a part of it.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        sparse = (-(-shape[0] // _EVERY), -(-shape[1] // _EVERY))
        self._reference: Floats = np.zeros(sparse, np.float32)
        self._paper: NDArray[np.bool_] = np.zeros(sparse, np.bool_)
        self._around: NDArray[np.bool_] = np.zeros(sparse, np.bool_)
        self._within: Gray | None = None
        self._outside: NDArray[np.bool_] = np.ones(sparse, np.bool_)
        self._factor = 1.0
        self._odd_frames = self._steady_frames = 0

    @property
    def doubtful(self) -> bool:
        """Whether the paper's brightness is not understood: nothing is to be learnt from it."""
        return self._odd_frames > 0

    def step(self, level: Gray, free: Gray, within: Gray) -> float | None:
        """Take one frame of a resting sheet into account.

        Args:
            level: (h, w) uint8, smooth brightness.
            free: (h, w) uint8, not 0 where the sheet is seen.
            within: (h, w) uint8, not 0 on the sheet.

        Returns:
            By what factor all of the paper has changed, once that is sure, or None.
        """
        # Every other pixel tells as much.
        sparse = np.s_[::_EVERY, ::_EVERY]
        level, free = np.ascontiguousarray(level[sparse]), np.ascontiguousarray(free[sparse])
        if within is not self._within:
            self._within = within
            sheet = np.ascontiguousarray(within[sparse])
            self._outside = cv2.dilate(sheet, ellipse(_AROUND)) == 0
        paper, around = free > 0, self._outside
        ratio = level / np.maximum(self._reference, 4.0)
        on, off = ratio[paper & self._paper], ratio[around & self._around]
        # Without a view of the table around it, paper on paper is not told from a lamp.
        judged = on.size >= _FEWEST_PX and off.size >= _FEWEST_AROUND_PX
        factor = middle(on) if judged else 1.0
        if abs(factor - 1.0) < _CHANGED:
            self._odd_frames = self._steady_frames = 0
            self._learn(level, paper, around)
            return None
        self._odd_frames += 1
        even = float((np.abs(on - factor) < _NEAR * factor).mean()) > _EVEN_SHARE
        steady = even and abs(factor - self._factor) < _STEADY
        self._steady_frames = self._steady_frames + 1 if steady else 0
        self._factor = factor
        if self._steady_frames < _FRAMES and self._odd_frames < _GIVES_UP:
            return None
        # Arms lie over what is around the sheet: each place has a vote.
        of_light = int(np.count_nonzero(np.abs(off - factor) < _NEAR))
        as_before = int(np.count_nonzero(np.abs(off - 1.0) < _NEAR))
        alone = as_before > max(of_light, _FEWEST_AROUND_PX)
        sure = alone and self._steady_frames >= _FRAMES
        self._reference = level.astype(np.float32)
        self._paper, self._around = paper, around
        self._odd_frames = self._steady_frames = 0
        return factor if sure else None

    def _learn(self, level: Gray, paper: NDArray[np.bool_], around: NDArray[np.bool_]) -> None:
        """Follow the light slowly, and at once where another thing lies than before."""
        known = (paper & self._paper) | (around & self._around)
        here = paper | around
        self._reference += np.float32(_RATE) * known * (level - self._reference)
        np.putmask(self._reference, here & ~known, level)
        self._paper = (self._paper & ~around) | paper
        self._around = (self._around & ~paper) | around
