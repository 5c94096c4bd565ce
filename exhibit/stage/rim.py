"""Where no light may fall: beside the table."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import cv2
import numpy as np

from exhibit.contract.values import Gray
from exhibit.stage.box import Box, box_of
from exhibit.stage.placement import Placement

_TILE_PX, _REMEMBERED = 32, 64
_LIT = 255


class Rim:
    """Darkens what is not lit, touching as little as possible of what is.

    Args:
        placement: where the table lies in the window.
    """

    def __init__(self, placement: Placement) -> None:
        self._mask = lit_mask(placement)
        self._rim = [] if self._mask is None else _tiles(self._mask)
        self._parts_in = lru_cache(_REMEMBERED)(self._find_parts)

    def darken(self, light: Gray, box: Box) -> None:
        """Take the light (H, W, 3) from what lies beside the table in a box of the window."""
        for part, mask in self._parts_in(box):
            seen = part.of(light)
            if mask is None:
                seen.fill(0)
            else:
                cv2.multiply(seen, mask, dst=seen, scale=1 / _LIT)

    def _find_parts(self, box: Box) -> list[tuple[Box, Gray | None]]:
        """Return the parts of a box that are not lit whole, each with its mask, None for dark."""
        mask = self._mask
        if mask is None:
            return []
        inside = ((tile.within(box), is_dark) for tile, is_dark in self._rim)
        return [
            (part, None if is_dark else part.of(mask))
            for part, is_dark in inside
            if not part.is_empty
        ]


def lit_mask(placement: Placement) -> Gray | None:
    """Return (H, W, 3) uint8, 255 where light may fall; None where all of the window is lit."""
    if placement.lit is None:
        return None
    mask = np.zeros((placement.height_px, placement.width_px, 3), np.uint8)
    corners = np.rint((placement.lit - 0.5) * 16).astype(np.int32)
    return np.asarray(cv2.fillPoly(mask, [corners], (_LIT,) * 3, cv2.LINE_AA, shift=4), np.uint8)


def _tiles(mask: Gray) -> list[tuple[Box, bool]]:
    """Return boxes that hold all that is not lit whole, and whether they are dark."""
    grey, whole = np.ascontiguousarray(mask[..., 0]), box_of(mask)
    corners = [range(0, side, _TILE_PX) for side in grey.shape]
    least, most = (
        way.reduceat(way.reduceat(grey, corners[0], axis=0), corners[1], axis=1)
        for way in (np.minimum, np.maximum)
    )
    found: list[tuple[Box, bool]] = []
    above: dict[tuple[int, int, bool], Box] = {}
    for row, (low, high) in enumerate(zip(least.tolist(), most.tolist(), strict=True)):
        kinds = [None if a == _LIT else b == 0 for a, b in zip(low, high, strict=True)]
        here: dict[tuple[int, int, bool], Box] = {}
        for is_dark, run in groupby(range(len(kinds)), kinds.__getitem__):
            columns = list(run)
            if is_dark is not None:
                box = Box(columns[0], row, columns[-1] + 1, row + 1)
                key = (box.left, box.right, is_dark)
                here[key] = above.pop(key, box).joined(box)
        found += [(box, key[2]) for key, box in above.items()]
        above = here
    found += [(box, key[2]) for key, box in above.items()]
    return [(box.scaled(_TILE_PX).within(whole), is_dark) for box, is_dark in found]
