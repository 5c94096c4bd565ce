"""Turning a small picture into the light of a whole window, once for every picture.

Fading happens afterwards, between mounted pictures: the warp is not repeated for every frame.
"""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Gray
from exhibit.stage.box import Box, box_of
from exhibit.stage.enlarge import REACH_PX, Enlarger
from exhibit.stage.placement import Placement
from exhibit.stage.warp import PAPER, Warp

LARGEST_PX = 768
"""Enlarging stops here; on larger windows the warp does the rest."""


class Mount:
    """Enlarges and warps pictures into the window, or what has changed of one.

    The warp is one pass over a map that is made once for each size of pictures, with or without a
    mesh. Where only a part of the window is lit, only that part is warped.
    """

    def __init__(self, placement: Placement) -> None:
        self._placement = placement
        self._warps: dict[int, Warp] = {}
        self._enlarge = Enlarger(min(max(placement.side_px, 1), LARGEST_PX))

    def __call__(self, pixels: Gray, out: Gray | None = None) -> Gray:
        """Return the window (H, W) or (H, W, 3) uint8 with a picture on paper.

        Args:
            pixels: (R, R) or (R, R, 3) uint8, dark on light.
            out: is written and returned where it has the right shape.
        """
        shape = (self._placement.height_px, self._placement.width_px, *pixels.shape[2:])
        if out is None or out.shape != shape:
            out = np.empty(shape, np.uint8)
        out.fill(PAPER)
        for box in self.boxes(pixels, box_of(pixels)):
            self.draw(pixels, box, out)
        return out

    def boxes(self, pixels: Gray, changed: Box) -> list[Box]:
        """Return where in the window a picture must be drawn again, none larger than `most_px`.

        Args:
            pixels: (R, R) or (R, R, 3) uint8, dark on light.
            changed: where it differs from the picture that the window was mounted from.
        """
        if changed.is_empty:
            return []
        warp, scale = self._warp(pixels)
        return warp.boxes_of(changed.grown(REACH_PX).within(box_of(pixels)), scale)

    def most_px(self, pixels: Gray) -> int:
        """Return how many pixels of the window can be drawn in one refresh."""
        return self._warp(pixels)[0].most_px

    def draw(self, pixels: Gray, box: Box, window: Gray) -> None:
        """Draw a box of the window.

        Args:
            pixels: (R, R) or (R, R, 3) uint8, dark on light.
            box: one of `boxes`.
            window: (H, W) or (H, W, 3) uint8; written there.
        """
        warp, scale = self._warp(pixels)
        needed = warp.needed_in(box, scale).grown(REACH_PX + 1)
        part = needed.on_steps(self._enlarge.step_of(pixels)).within(box_of(pixels))
        warp.draw(self._enlarge(pixels, part), box, box.of(window))

    def _warp(self, pixels: Gray) -> tuple[Warp, float]:
        """Return the warp of a picture's size, and how many times it is enlarged before."""
        side = self._enlarge.side_of(pixels)
        if side not in self._warps:
            self._warps[side] = Warp(self._placement, side)
        return self._warps[side], side / pixels.shape[0]
