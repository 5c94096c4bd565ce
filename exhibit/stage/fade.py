"""Cross-fade from whatever is shown, mid-fade or not, to the next picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from exhibit.contract.values import Gray
from exhibit.stage.box import Box, box_of, changed_box, merged

VISIBLE = 1 / 255
"""A share below this changes no pixel by a whole grey."""
_LOOKED_THROUGH_PX = 250_000
"""A larger box is blended whole: to look which part of it differs would cost as much."""


class Fade:
    """A linear fade between mounted pictures of one size.

    Linear, because pictures may come faster than a fade lasts: each one starts again from what is
    shown, and a slow start would then never arrive.

    What was shown last becomes what the next fade begins from by changing places with it: only
    where the two differ, and the next fade does not, is anything copied.

    Attributes:
        boxes: where the last blend differs from the one before; all of the rest is as it was.
    """

    def __init__(self, first: Gray) -> None:
        self._from = first.copy()
        self._to = first
        self._blend = first.copy()
        self._began_at = 0.0
        self._duration_s = 0.0
        self._share = 1.0
        self._is_blended = True
        self._differ: list[Box] = []
        self.boxes = [box_of(first)]

    @property
    def share(self) -> float:
        """How much of the newest picture was in the last blend, 0..1."""
        return self._share

    @property
    def contributes(self) -> bool:
        """Whether the newest picture can be seen in the last blend."""
        return self._share >= VISIBLE

    @property
    def target(self) -> Gray:
        """The picture that is faded to; a next one may be drawn into it before it is started."""
        return self._to

    def start(
        self, target: Gray, now: float, duration_s: float, boxes: Sequence[Box] | None = None
    ) -> None:
        """Begin to fade from the last blend to another picture.

        Args:
            target: (H, W) or (H, W, 3), which is kept.
            now: monotonic seconds.
            duration_s: how long it takes.
            boxes: where it differs from the target before; None is anywhere.
        """
        if target.ndim != self._blend.ndim:
            shown, target = _same_channels(self._shown, target)
            self._from, self._blend = shown, shown.copy()
            self._is_blended, self._differ, boxes = True, [], None
        boxes = [box_of(target)] if boxes is None else boxes
        if self._share < 1:
            # Of a fade that is cut short only what it has not finished goes on.
            boxes = merged((*self.boxes, *boxes))
        self.boxes = [box for box in (self._differing(box, target) for box in boxes) if box.area]
        self._begin_from_shown()
        self._to = target
        self._began_at, self._duration_s, self._share = now, duration_s, 0.0

    def blend(self, now: float) -> Gray:
        """Return the window at `now`; the array is written again by later calls."""
        elapsed = now - self._began_at
        self._share = 1.0 if elapsed >= self._duration_s else max(elapsed / self._duration_s, 0.0)
        for box in self.boxes:
            to, before, shown = (box.of(a) for a in (self._to, self._from, self._blend))
            cv2.addWeighted(to, self._share, before, 1 - self._share, 0, dst=shown)
        self._is_blended = True
        return self._blend

    @property
    def _shown(self) -> Gray:
        return self._blend if self._is_blended else self._from

    def _differing(self, box: Box, target: Gray) -> Box:
        """Return the part of a box in which a picture differs from what is shown."""
        if box.area > _LOOKED_THROUGH_PX:
            return box
        return changed_box(box.of(self._shown), box.of(target)).moved(box.left, box.top)

    def _begin_from_shown(self) -> None:
        """Make what is shown what is faded from, and the blend the same outside of the boxes."""
        if self._is_blended:
            self._from, self._blend = self._blend, self._from
            self._is_blended = False
        for box in self._differ:
            if not any(box == box.within(other) for other in self.boxes):
                np.copyto(box.of(self._blend), box.of(self._from))
        self._differ = self.boxes


def _same_channels(shown: Gray, target: Gray) -> tuple[Gray, Gray]:
    if shown.ndim == 2:
        return np.asarray(cv2.cvtColor(shown, cv2.COLOR_GRAY2RGB), np.uint8), target
    return shown, np.asarray(cv2.cvtColor(target, cv2.COLOR_GRAY2RGB), np.uint8)
