"""A camera that shakes: the whole sheet goes to and fro in the frame by a few pixels.

A sheet that is pushed goes somewhere and stays there; one that trembles comes back. Until it is
known which, it lies where it rested, and frames are moved to there.
"""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import Homography, as_gray

_LEAST_PX, _FARTHEST_PX = 0.5, 9.0
_BENT_PX, _LARGER = 1.0, 0.004
_ENDS_S = 1.0
_HALF = 120
_TURN_PX = 0.25
_STAYS_S, _STAYS_PX, _ELSEWHERE_PX = 0.4, 0.6, 1.2


class Tremble:
    """Follows how far the sheet is from where it rested."""

    def __init__(self) -> None:
        self._away_at: float | None = None
        self._recent: list[tuple[float, Floats]] = []

    @property
    def goes_on(self) -> bool:
        """Whether the camera shakes."""
        return self._away_at is not None

    def begin(self, now_s: float) -> None:
        """The camera shakes."""
        self._away_at, self._recent = now_s, []

    def end(self) -> None:
        """The sheet rests, or is somewhere else."""
        self._away_at, self._recent = None, []

    def step(self, rest: Floats, now: Floats, now_s: float) -> Homography | None:
        """Take an outline into account.

        Args:
            rest: (4, 2) where the sheet rested.
            now: (4, 2) where it is seen.
            now_s: time of the frame.

        Returns:
            (3, 3) from this frame to one in which the sheet lies where it rested; None where the
            camera does not shake or the sheet itself has moved.
        """
        matrix, bent_px = _rigid(now, rest)
        away = np.abs(now - rest).mean(axis=0).max()
        if bent_px > _BENT_PX or away > _FARTHEST_PX:
            self.end()
            return None
        if away > _LEAST_PX:
            self._away_at = now_s
        if self._away_at is None or now_s - self._away_at > _ENDS_S:
            self.end()
            return None
        self._recent = [(t, c) for t, c in self._recent if now_s - t <= _STAYS_S]
        self._recent.append((now_s, now.mean(axis=0)))
        if away > _ELSEWHERE_PX and self._has_stayed(now_s):
            self.end()
            return None
        return matrix

    def _has_stayed(self, now_s: float) -> bool:
        """Whether the sheet has been lying still where it is now."""
        if now_s - self._recent[0][0] < 0.8 * _STAYS_S or len(self._recent) < 4:
            return False
        return bool(np.ptp([c for _, c in self._recent], axis=0).max() < _STAYS_PX)


def _rigid(source: Floats, target: Floats) -> tuple[Homography, float]:
    """Return the rotation and shift (3, 3) that takes four corners to others best, and its error.

    Source: the similarity of least squares with points as complex numbers, its scale left out.
    """
    a, b = source.astype(np.float64) @ [1, 1j], target.astype(np.float64) @ [1, 1j]
    centred, other = a - a.mean(), b - b.mean()
    turn = np.vdot(centred, other) / np.vdot(centred, centred)
    scale = abs(turn)
    turn /= scale
    shift = b.mean() - turn * a.mean()
    error = float(np.abs(turn * a + shift - b).max())
    if abs(scale - 1.0) > _LARGER:
        error = np.inf
    matrix = np.array(
        [[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag], [0, 0, 1]]
    )
    return matrix, error


def steady(pixels: Gray, matrix: Homography) -> Gray:
    """Move a frame (H, W) uint8 by a rotation and shift (3, 3) from `Tremble.step`."""
    return _moved(pixels, matrix)


def shaken(mask: Gray, matrix: Homography) -> Gray:
    """Move a mask (H, W) uint8, 1 there, back to the frame that `steady` was given."""
    # Smooth, its edges can lie between pixels.
    soft = cv2.blur(mask * np.uint8(255), (3, 3))
    back = np.asarray(np.linalg.inv(matrix), np.float64)
    return as_gray(_moved(as_gray(soft), back) > _HALF)


def _moved(pixels: Gray, matrix: Homography) -> Gray:
    height, width = pixels.shape
    if abs(matrix[0, 1]) * max(height, width) / 2 < _TURN_PX:
        # A shift alone takes a fifth of the time.
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        x, y = middle - (matrix[:2] @ [*middle, 1.0] - middle)
        return as_gray(cv2.getRectSubPix(pixels, (width, height), (float(x), float(y))))
    size = (width, height)
    return as_gray(cv2.warpAffine(pixels, matrix[:2], size, borderMode=cv2.BORDER_REPLICATE))
