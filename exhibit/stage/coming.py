"""A picture on its way into the window: so much of it in each refresh that none comes late."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from exhibit.contract.values import Gray
from exhibit.stage.box import Box


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
        self,
        draw: Callable[[Box, Gray], None],
        target: Gray,
        most_px: int,
        spare: Callable[[Gray], Gray],
    ) -> bool:
        """Draw one refresh's share of it; returns whether `target` holds all of it now.

        Until then nothing is written there, since what is shown still fades to it.

        Args:
            draw: draws a box of a window.
            target: the window (H, W) or (H, W, 3) that is faded to.
            most_px: so many pixels are drawn in one refresh, and one box at least.
            spare: gives another window like one, for what takes more than one refresh.
        """
        share = [self.left.pop(0)] if self.left else []
        while self.left and sum(box.area for box in share) + self.left[0].area <= most_px:
            share.append(self.left.pop(0))
        if self._apart is None and not self.left:
            for box in share:
                draw(box, target)
            return True
        if self._apart is None:
            self._apart = spare(target)
        for box in share:
            draw(box, self._apart)
        if self.left:
            return False
        for box in self.boxes:
            np.copyto(box.of(target), box.of(self._apart))
        return True
