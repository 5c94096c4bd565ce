"""Cross-fade from whatever is shown, mid-fade or not, to the next picture."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Gray

_VISIBLE = 1 / 255
"""A share below this changes no pixel by a whole grey."""


class Fade:
    """A linear fade between mounted pictures of one size.

    Linear, because pictures may come faster than a fade lasts: each one starts again from what is
    shown, and a slow start would then never arrive.
    """

    def __init__(self, first: Gray) -> None:
        self._from = first.copy()
        self._to = first
        self._blend = first.copy()
        self._began_at = 0.0
        self._duration_s = 0.0
        self._share = 1.0
        self._is_blended = True

    @property
    def share(self) -> float:
        """How much of the newest picture was in the last blend, 0..1."""
        return self._share

    @property
    def contributes(self) -> bool:
        """Whether the newest picture can be seen in the last blend."""
        return self._share >= _VISIBLE

    @property
    def spare(self) -> Gray:
        """The array of the picture faded to so far, which the next `start` has no use for."""
        return self._to

    def start(self, target: Gray, now: float, duration_s: float) -> None:
        """Begin to fade from the last blend to `target` (H, W) or (H, W, 3), which is kept."""
        if self._is_blended:
            self._from, self._blend = self._blend, self._from
        # Until it is blended again, what is shown stays where it is, also for another start.
        self._is_blended = False
        if target.ndim != self._from.ndim:
            self._from, target = _same_channels(self._from, target)
            self._blend = np.empty_like(self._from)
        self._to = target
        self._began_at, self._duration_s, self._share = now, duration_s, 0.0

    def blend(self, now: float) -> Gray:
        """Return the window at `now`; the array is written again by later calls."""
        elapsed = now - self._began_at
        self._share = 1.0 if elapsed >= self._duration_s else max(elapsed / self._duration_s, 0.0)
        self._is_blended = True
        cv2.addWeighted(self._to, self._share, self._from, 1 - self._share, 0, dst=self._blend)
        return self._blend


def _same_channels(shown: Gray, target: Gray) -> tuple[Gray, Gray]:
    if shown.ndim == 2:
        return np.asarray(cv2.cvtColor(shown, cv2.COLOR_GRAY2RGB), np.uint8), target
    return shown, np.asarray(cv2.cvtColor(target, cv2.COLOR_GRAY2RGB), np.uint8)
