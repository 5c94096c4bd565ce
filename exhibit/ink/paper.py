"""What the uncovered paper looks like, learnt while the table runs.

All pictures here are small (see `field.SHRINK`). What is under a hand is left as it was.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import middle

_SURE_AFTER = 10
_GUESS_TOLERANCE, _SURE_TOLERANCE, _SURE_PERHAPS = 0.16, 0.09, 0.05
_QUICK, _SLOW = 0.3, 0.03
_BANDS = 8
_SPARSE = 3


class Paper:
    """The brightness of the sheet's paper at each place of the frame."""

    def __init__(self, shape: tuple[int, int], blank: Floats | None = None) -> None:
        """Begin with the brightness (h, w) float32 of a blank sheet, where there is one."""
        self._blank = blank
        self.level: Floats = np.zeros(shape, np.float32)
        """(h, w) float32, brightness of the paper where nothing covers it."""
        self._age = np.zeros(shape, np.int16)
        self._follow_age()

    def settle_in(self, level: Gray, bare: Floats | None, within: Gray) -> None:
        """A sheet lies somewhere new: keep the light that is known, guess it elsewhere.

        Args:
            level: (h, w) uint8.
            bare: (h, w) float32, light of the bare table, which the paper follows, or None.
            within: (h, w) uint8, not 0 on the sheet.
        """
        here = within > 0
        new = here & (self._age == 0)
        if new.any():
            if self._blank is None:
                guess = _guess(level, bare, within)
            else:
                guess = _follow(self._blank, level, within)
            self.level[new] = guess[new]

    def lit(self, level: Gray, free: Gray) -> Floats:
        """Return the brightness (h, w) float32 that bare paper has now: with the light's flicker.

        Args:
            level: (h, w) uint8.
            free: (h, w) uint8, not 0 where nothing hid the sheet the frame before.
        """
        paper = np.maximum(self.level, np.float32(4.0))
        # A part of the columns tells how the light flickers.
        few = np.s_[:, ::_SPARSE]
        ratio = np.asarray(level[few] / paper[few], np.float32)
        return np.asarray(paper * _row_gain(ratio, (free[few] > 0) & (self._age[few] > 0)))

    def tolerance(self) -> tuple[Floats, Floats]:
        """Return from where on a ratio is surely, and perhaps, not paper's, (h, w) float32 each."""
        return self._tolerance

    def learn(self, level: Gray, free: Gray, relit: Gray) -> None:
        """Follow the paper where it is free, at once where the light itself changed.

        Args:
            level: (h, w) uint8.
            free: (h, w) uint8, not 0 where nothing hides the sheet.
            relit: (h, w) uint8, 1 where the light changed.
        """
        here = free > 0
        rate = np.where(relit > 0, np.float32(_QUICK), self._rate) if relit.any() else self._rate
        self.level += rate * here * (level - self.level)
        older = here & self._young
        if older.any():
            self._age += older
            self._follow_age()

    def _follow_age(self) -> None:
        """What is known for longer is surer, and changes less."""
        self._young = self._age < _SURE_AFTER
        self._rate: Floats = np.where(self._young, np.float32(_QUICK), np.float32(_SLOW))
        self._tolerance = _tolerance(self._young)

    def switch(self, light: Floats) -> None:
        """The light is by a factor (h, w) float32 as bright at each place as it was."""
        self.level *= light

    def turn(self, level: Gray, free: Gray) -> None:
        """Another sheet is on top, as much brighter or darker everywhere as where it is seen.

        Args:
            level: (h, w) uint8.
            free: (h, w) uint8, not 0 where nothing hides the sheet.
        """
        here = free > 0
        if here.any():
            self.level *= np.float32(np.median(level[here] / np.maximum(self.level[here], 4.0)))
            self.level[here] = level[here]

    def accept(self, what: Gray, level: Gray) -> None:
        """Take what passed for a hand, (h, w) uint8 not 0 there, for paper."""
        here = what > 0
        self.level[here] = level[here]


def _tolerance(young: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return from where on a ratio is surely, and perhaps, not paper's."""
    guess = np.float32(_GUESS_TOLERANCE)
    surely = np.where(young, guess, np.float32(_SURE_TOLERANCE))
    return surely, np.where(young, guess, np.float32(_SURE_PERHAPS))


def _guess(level: Gray, bare: Floats | None, within: Gray) -> Floats:
    """Return the paper's brightness everywhere from what is seen of it now."""
    if bare is None:
        return smooth_surface(level, within)
    here = within > 0
    follows = float(np.median(level[here] / np.maximum(bare[here], 4.0)))
    return np.asarray(bare * np.float32(follows), np.float32)


def _follow(blank: Floats, level: Gray, within: Gray) -> Floats:
    """Return a blank sheet's brightness, smoothly bent to what is seen: light fades unevenly."""
    percent = np.asarray(100.0 * level / np.maximum(blank, 4.0), np.float32)
    return np.asarray(blank * smooth_surface(percent, within) / np.float32(100.0), np.float32)


def _row_gain(ratio: NDArray[np.float32], use: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the flicker of the light, (h, 1): the median of bands of rows, smoothly joined."""
    height = ratio.shape[0]
    if np.count_nonzero(use) < 50:
        return np.ones((height, 1), np.float32)
    whole = middle(ratio[use])
    bands = _bands(height)
    gains = []
    for first, last in pairwise(bands):
        values = ratio[first:last][use[first:last]]
        gain = middle(values) if values.size > 60 else whole
        gains.append(min(max(gain, 0.85 * whole), 1.15 * whole))
    rows = np.interp(np.arange(height), 0.5 * (bands[:-1] + bands[1:]), gains)
    return np.asarray(rows, np.float32)[:, None]


@cache
def _bands(height: int) -> NDArray[np.intp]:
    """Return the row where each band begins, and that where the last one ends."""
    return np.linspace(0, height, _BANDS + 1).astype(np.intp)


def smooth_surface(level: Gray | Floats, within: Gray) -> Floats:
    """Fit log brightness by a quadratic in x and y that ignores what does not follow it."""
    height, width = level.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    x, y = x / width - 0.5, y / height - 0.5
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    here = (within > 0) & ((np.arange(height)[:, None] + np.arange(width)) % 3 == 0)
    values = np.log(np.maximum(level[here].astype(np.float64), 4.0))
    rows, weight = terms[here], np.ones(len(values))
    solution = np.zeros(6)
    for _ in range(6):
        scaled = rows * weight[:, None]
        solution = np.linalg.lstsq(scaled.T @ rows, scaled.T @ values, rcond=None)[0]
        weight = 1.0 / (1.0 + ((values - rows @ solution) / 0.1) ** 2)
    return np.exp(terms @ solution).astype(np.float32)
