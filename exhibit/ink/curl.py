"""Paper off the glass: corners that curl up, and a sheet that is raised as a whole.

A sheet does not stretch. As long as most of its outline is where it was, the sheet is where it was,
and a piece of the outline that is missing beside a corner has left the glass or is hidden. A whole
outline of another size or shape is no sheet that moved.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.values import Floats, Gray, InkEvent
from exhibit.ink.sheet_outline import Outline
from exhibit.ink.sides import LEAST_STEP, Sides

_KEPT_PX = 1.2
_KEPT_SHARE, _KEPT_SIDE = 0.5, 0.6
_ELSEWHERE, _STRAIGHT = 0.35, 0.6
_LEAVES_PX = (0.8, 14.0)
"""How far inwards a side seems to bend where it begins to leave the glass."""
_FEWEST = 2
_MARGIN = 0.12
"""The fold lies a little before the place where a bent side can be told from a straight one."""
_NEWS_FRAMES = 3
_SMALLER, _BENT_SHARE = 0.985, 0.02


def kept_places(sides: Sides) -> NDArray[np.bool_]:
    """Return (4, n) bool, where the outline is still seen where it was."""
    return (np.abs(sides.shift) < _KEPT_PX) & (sides.strength > LEAST_STEP)


def stands(sides: Sides, fit: Callable[[], Outline | None]) -> bool:
    """Whether so much of the sides is where it was that the sheet has not moved.

    Args:
        sides: what is seen near where they were.
        fit: gives what fits to that; a side that is as straight as before, but elsewhere, is
            neither hidden nor bent. Asked only where a side may be.
    """
    kept = kept_places(sides)
    share = kept.mean(axis=1)
    good = share >= _KEPT_SIDE
    # Two sides that meet hold a sheet in place; two that face each other let it slide.
    if kept.mean() < _KEPT_SHARE or not (good & np.roll(good, -1)).any():
        return False
    gone = share < _ELSEWHERE
    outline = fit() if gone.any() else None
    return outline is None or not (gone & (outline.support > _STRAIGHT)).any()


def lifted_corners(corners: Floats, sides: Sides) -> tuple[Floats, ...]:
    """Find corners that have left the glass.

    Args:
        corners: (4, 2) where the sheet rests.
        sides: what is seen along its sides.

    Returns:
        For each of them a triangle (3, 2) float32 in frame pixels: the corner, and where the fold
        meets its two sides.
    """
    kept = kept_places(sides)
    found = []
    for corner in range(4):
        before, after = (corner - 1) % 4, corner
        # Places run along the side, so the side before a corner is read from its end.
        first, second = _missing(kept[before][::-1]), _missing(kept[after])
        if min(first, second) < _FEWEST:
            continue
        bends = _bends_in(sides, before, first, -1), _bends_in(sides, after, second, 1)
        if not any(bends):
            continue
        here = corners[corner]
        reach = (share + _MARGIN for share in (sides.reach(first), sides.reach(second)))
        ends = (corners[before], corners[(corner + 1) % 4])
        folds = [here + min(1.0, r) * (end - here) for r, end in zip(reach, ends, strict=True)]
        found.append(np.array([here, *folds], np.float32))
    return tuple(found)


def _missing(kept: NDArray[np.bool_]) -> int:
    """Return how many places from a corner on are not where they were; two in a row end that."""
    together = kept[:-1] & kept[1:]
    return int(np.argmax(together)) if together.any() else len(kept)


def _bends_in(sides: Sides, side: int, missing: int, step: int) -> bool:
    """Whether a side leaves its straight course inwards and smoothly, which no hand makes it do."""
    shift, strength = sides.shift[side][::step], sides.strength[side][::step]
    last = shift[max(0, missing - 3) : missing]
    seen = strength[max(0, missing - 3) : missing] > LEAST_STEP
    inwards = (last > _LEAVES_PX[0]) & (last < _LEAVES_PX[1]) & seen
    return bool(inwards.sum() >= _FEWEST and (np.diff(last[inwards]) < 1.0).all())


def is_raised(rest: Floats, now: Floats) -> bool:
    """Whether an outline (4, 2) is too small, or too bent, to be the sheet that rested before."""
    centred, other = (c - c.mean(axis=0) for c in (rest.astype(float), now.astype(float)))
    # The similarity of least squares, with points as complex numbers.
    a, b = centred @ [1, 1j], other @ [1, 1j]
    turn = np.vdot(a, b) / np.vdot(a, a)
    apart = np.abs(b - turn * a).max() / np.abs(a).max()
    return bool(np.abs(turn) < _SMALLER or apart > _BENT_SHARE)


def off_the_glass(curled: tuple[Floats, ...], shape: tuple[int, int], scale: float) -> Gray:
    """Return (h, w) uint8, 1 on curled corners; `scale` is its pixels to those of the frame."""
    mask = np.zeros(shape, np.uint8)
    for triangle in curled:
        points = np.round((triangle + 0.5) * scale - 0.5).astype(np.int32)
        cv2.fillConvexPoly(mask, points, (1.0,))
    return mask


class LiftWatch:
    """Says when a sheet is lifted and when it is flat again; a single frame is no news."""

    def __init__(self) -> None:
        self._lifted = False
        self._frames = 0

    def step(self, lifted: bool) -> tuple[InkEvent, ...]:
        """Take one frame into account."""
        self._frames = 0 if lifted == self._lifted else self._frames + 1
        if self._frames < _NEWS_FRAMES:
            return ()
        self._lifted, self._frames = lifted, 0
        return (InkEvent("sheet_lifted" if lifted else "sheet_flat"),)
