"""Where no light may fall: beside the table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

import cv2
import numpy as np

from exhibit.contract.values import Gray
from exhibit.stage.box import Box, box_of
from exhibit.stage.placement import Placement

_TILE_PX, _REMEMBERED = 32, 64
_DARK, _MIXED, _LIT = 0, 1, 255


class Rim:
    """Knows of every part of the window whether it is lit whole, in part, or not at all.

    Args:
        placement: where the table lies in the window.
    """

    def __init__(self, placement: Placement) -> None:
        self._mask = lit_mask(placement)
        self._tiles = [] if self._mask is None else list(_tiles(self._mask))
        self.lit_in = lru_cache(_REMEMBERED)(self._find_lit)

    def _find_lit(self, box: Box) -> list[tuple[Box, Gray | None]]:
        """Return the parts of a box that are lit, each with its mask (h, w), None for all of it.

        The rest of the box is beside the table, and nothing may be written there.
        """
        mask = self._mask
        if mask is None:
            return [(box, None)]
        inside = ((tile.within(box), kind) for tile, kind in self._tiles if kind != _DARK)
        return [
            (part, None if kind == _LIT else np.ascontiguousarray(part.of(mask)))
            for part, kind in inside
            if not part.is_empty
        ]


def lit_mask(placement: Placement) -> Gray | None:
    """Return (H, W) uint8, 255 where light may fall; None where all of the window is lit."""
    if placement.lit is None:
        return None
    mask = np.zeros((placement.height_px, placement.width_px), np.uint8)
    corners = np.rint((placement.lit - 0.5) * 16).astype(np.int32)
    return np.asarray(cv2.fillPoly(mask, [corners], (_LIT,), cv2.LINE_AA, shift=4), np.uint8)


def _tiles(mask: Gray) -> Iterator[tuple[Box, int]]:
    """Yield boxes that together are the window, and what each is: dark, mixed or lit."""
    whole = box_of(mask)
    corners = [range(0, side, _TILE_PX) for side in mask.shape]
    least, most = (
        way.reduceat(way.reduceat(mask, corners[0], axis=0), corners[1], axis=1)
        for way in (np.minimum, np.maximum)
    )
    kinds = np.where(least == _LIT, _LIT, np.where(most == _DARK, _DARK, _MIXED))
    above: dict[tuple[int, int, int], Box] = {}
    found: list[tuple[Box, int]] = []
    for row, along in enumerate(kinds.tolist()):
        here: dict[tuple[int, int, int], Box] = {}
        for kind, run in groupby(range(len(along)), along.__getitem__):
            columns = list(run)
            box = Box(columns[0], row, columns[-1] + 1, row + 1)
            key = (box.left, box.right, kind)
            here[key] = above.pop(key, box).joined(box)
        found += [(box, key[2]) for key, box in above.items()]
        above = here
    found += [(box, key[2]) for key, box in above.items()]
    for box, kind in found:
        yield box.scaled(_TILE_PX).within(whole), kind
