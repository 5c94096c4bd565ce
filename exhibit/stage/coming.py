"""A picture on its way into the window: so much of it in each refresh that none comes late."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from exhibit.contract.values import Gray
from exhibit.stage.box import Box, merged


class Spare:
    """A second window, for a picture that takes more than one refresh; it is used again.

    Fresh memory costs more than the arithmetic, and so does copying: when the picture is whole the
    two windows change places, and it is remembered where they differ.
    """

    def __init__(self) -> None:
        self._window: Gray | None = None
        self._twin: Gray | None = None
        self._differ: list[Box] = []

    def like(self, target: Gray, but: Sequence[Box]) -> Gray:
        """Return a window that is the same as another one, except in boxes that are drawn anew."""
        if self._window is None or self._twin is not target:
            self._window = target.copy()
        else:
            for box in self._differ:
                if not any(box == box.within(other) for other in but):
                    np.copyto(box.of(self._window), box.of(target))
        self._twin, self._differ = target, list(but)
        return self._window

    def take_place(self, target: Gray, boxes: Sequence[Box]) -> None:
        """Keep a window from now on whose place was taken by the one kept until now."""
        self._window, self._twin, self._differ = target, self._window, list(boxes)

    def outdated(self, boxes: Sequence[Box] | None = None) -> None:
        """Remember where the other window was drawn meanwhile; None is anywhere."""
        if boxes is None or self._twin is None:
            self._twin, self._differ = None, []
        else:
            # Most pictures are drawn in one refresh, and then nobody asks for the other window.
            self._differ = merged((*self._differ, *boxes))


class Coming:
    """What of a picture is still to be drawn.

    Attributes:
        boxes: where the window changes, all of them.
        left: those that are still to be drawn.

    Args:
        pixels: (R, R) or (R, R, 3) uint8.
        duration_s: seconds in which the stage fades to it.
        boxes: of the window, in which it differs from the picture before.
        captured_at: of the frame that it answers; None where nobody waits for it.
    """

    def __init__(
        self, pixels: Gray, duration_s: float, boxes: list[Box], captured_at: float | None = None
    ) -> None:
        self.pixels, self.duration_s, self.captured_at = pixels, duration_s, captured_at
        self.boxes, self.left = boxes, list(boxes)
        self._apart: Gray | None = None

    def draw(
        self, draw: Callable[[Box, Gray], None], target: Gray, most_px: int, spare: Spare
    ) -> Gray | None:
        """Draw one refresh's share of it; returns the window that holds all of it, or None.

        Until then nothing is written into the target, since what is shown still fades to it.

        Args:
            draw: draws a box of a window.
            target: the window (H, W) or (H, W, 3) that is faded to.
            most_px: so many pixels are drawn in one refresh, and one box at least.
            spare: has another window like it, for what takes more than one refresh.
        """
        share = [self.left.pop(0)] if self.left else []
        while self.left and sum(box.area for box in share) + self.left[0].area <= most_px:
            share.append(self.left.pop(0))
        if self._apart is None and self.left:
            self._apart = spare.like(target, self.boxes)
        window = target if self._apart is None else self._apart
        for box in share:
            draw(box, window)
        if self.left:
            return None
        if self._apart is None:
            spare.outdated(self.boxes)
        else:
            spare.take_place(target, self.boxes)
        return window
