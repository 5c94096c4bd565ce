"""The table without a sheet: its light, and the dust on the glass that is always in view."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink import field
from exhibit.ink.images import as_gray, label_type, square

_ENOUGH = 8
_NEAR, _UNDISTURBED = 0.12, 0.97
_NEW_LIGHT_FRAMES = 300
"""After this many frames that look otherwise, it is the light that is another one."""
_DUST_EVERY = 2
_LARGEST_DUST = 0.06
"""A hair, as a share of the frame's width; what passed for a table may be a drawn sheet."""
_DUST_FADES = 20.0
"""Contrast (0..255) that is too faint to be told from noise while dust is learnt."""


class BareTable:
    """What the camera sees with no sheet; learnt only then, and not under a passing hand."""

    def __init__(
        self, small: tuple[int, int], shape: tuple[int, int], dust: Gray | None = None
    ) -> None:
        """Begin with the `dust_of` a blank sheet, where there is one."""
        self._level: Floats = np.zeros(small, np.float32)
        self._contrast: Floats = np.zeros(shape, np.float32)
        self._dust = dust
        self._stale = False
        self._frames = self._disturbed = 0

    @property
    def level(self) -> Floats | None:
        """(h, w) float32 smooth brightness, or None while too little has been seen."""
        return self._level if self._frames >= _ENOUGH else None

    @property
    def disturbed(self) -> bool:
        """Whether something moves over the table."""
        return self._disturbed > 0

    def looks_like(self, level: Gray) -> bool:
        """Whether this (h, w) uint8 brightness, of a sheet, is what was taken for the table."""
        if self.level is None:
            return False
        return float(np.median(level / np.maximum(self._level, 4.0))) < 1.0 + _NEAR

    def learn(self, level: Gray, pixels: Gray) -> None:
        """Take a frame without a sheet into account.

        Args:
            level: (h, w) uint8 from `field.paper_level`.
            pixels: (H, W) uint8, the frame itself.
        """
        rate = np.float32(max(0.05, 1.0 / (self._frames + 1)))
        change = level - self._level
        if self._frames:
            near = np.abs(change) <= _NEAR * self._level + 2.0
            if near.mean() < _UNDISTURBED:
                self._disturbed += 1
                if self._frames < _ENOUGH or self._disturbed > _NEW_LIGHT_FRAMES:
                    self._frames = 0
                return
        self._disturbed = 0
        self._level += rate * change
        self._frames += 1
        if self._frames % _DUST_EVERY == 0:
            seen = field.contrast(pixels, level, 1.0)
            weight = max(0.05, _DUST_EVERY / self._frames)
            cv2.accumulateWeighted(seen, self._contrast, weight)
            self._stale = True

    def without_dust(self, contrast: Gray) -> Gray:
        """Take the dust on the glass out of a contrast (H, W) uint8."""
        if self._stale and self._frames >= _ENOUGH + 2:
            self._dust, self._stale = dust_of(self._contrast), False
        if self._dust is None:
            return contrast
        return np.asarray(cv2.subtract(contrast, self._dust), np.uint8)


def dust_of(contrast: Floats | Gray) -> Gray:
    """Return the specks in a contrast (H, W), a little wider and stronger than they look, uint8."""
    strong = as_gray(contrast) * specks_of(as_gray(contrast > _DUST_FADES), _LARGEST_DUST)
    return widened(strong)


def widened(marks: Gray) -> Gray:
    """Return marks (H, W) uint8 a little wider and stronger than they look."""
    return as_gray(cv2.convertScaleAbs(cv2.dilate(marks, square(3)), alpha=1.2))


def specks_of(marks: Gray, largest: float) -> Gray:
    """Keep pieces of marks (H, W) uint8 whose longer side is at most a share of the frame's."""
    most_px = largest * max(marks.shape)
    kind = label_type(marks.shape)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8, ltype=kind)
    length = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    small = length <= most_px
    small[0] = False
    return as_gray(small[labels]) if count > 1 else marks
