"""What the network gets of the sheet that lies on the table: settled ink, and live ink."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Gray
from exhibit.ink.planes import Planes
from exhibit.ink.rectify import InkSquare

_LIVE_EVERY, _LIVE_WAITS = 6, 3
"""Live ink is drawn anew at 5 Hz where only people look at it, and waits for so many frames at most
for one in which settled ink is not drawn as well."""


class Drawn:
    """The planes of one sheet's ink, drawn anew where the ink has changed."""

    def __init__(self, blank: Planes, now_s: float) -> None:
        """Begin with the planes of a blank sheet."""
        self.settled = self.live = blank
        self.changed_at = now_s
        """When settled ink changed last, in seconds."""
        self.bbox: tuple[float, float, float, float] | None = None
        """x0, y0, x1, y1 of settled ink in the unit square, or None where there is none."""
        self._live_of: Gray | None = None
        self._live_due = 0
        self._has_settled = False
        self._square: InkSquare | None = None

    def lies_at(self, square: InkSquare) -> None:
        """The sheet lies somewhere new: from now on its ink is brought to the square from there."""
        self._square = square

    def settle(self, ink: Gray, now_s: float) -> None:
        """Draw settled ink (H, W) uint8, 1 ink, which has changed."""
        assert self._square is not None, "ink is drawn before it is known where the sheet lies"
        before, self.settled = self.settled, self._square.draw(ink)
        if self.settled is not before:
            self.bbox = _box_of(self.settled.lines)
        self.changed_at, self._has_settled = now_s, True

    def begin_anew(self, ink: Gray, now_s: float) -> None:
        """Draw ink (H, W) uint8, 1 ink, of another sheet that lies in the same place."""
        self.settle(ink, now_s)
        self.live, self._live_of = self.settled, None

    def follow(self, seen: Gray, sequence: int, always: bool) -> None:
        """Draw live ink where it is due and has changed.

        Args:
            seen: (H, W) uint8, 1 on ink seen now.
            sequence: number of the frame.
            always: live ink is what is answered.
        """
        has_settled, self._has_settled = self._has_settled, False
        if self._live_due or sequence % _LIVE_EVERY == 0:
            self._live_due += 1
        waits = has_settled and self._live_due <= _LIVE_WAITS
        if self._square is None or not (always or (self._live_due and not waits)):
            return
        self._live_due = 0
        if self._live_of is None or cv2.norm(seen, self._live_of, cv2.NORM_INF):
            self._live_of = seen.copy()
            self.live = self._square.draw(seen)


def _box_of(lines: Gray) -> tuple[float, float, float, float] | None:
    """Return x0, y0, x1, y1 of ink (S, S) uint8 in the unit square, or None without ink."""
    x, y, width, height = cv2.boundingRect(np.less(lines, 128).astype(np.uint8))
    if width == 0:
        return None
    size = lines.shape[0]
    return x / size, y / size, (x + width) / size, (y + height) / size
