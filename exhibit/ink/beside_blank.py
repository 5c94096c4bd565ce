"""One picture of a table beside one of a blank sheet in the same place."""

from __future__ import annotations

import numpy as np

from exhibit.contract.values import Gray
from exhibit.ink import field
from exhibit.ink.hand import Polarity, Sheet, find_hands, grow, rim_of, thick_dark
from exhibit.ink.images import as_gray, enlarge
from exhibit.ink.still import binarise

_PAPER = 215.0
_SURELY, _PERHAPS = 0.12, 0.07
_REACH = 3
_MOST_HAND = 0.7


def with_background(gray: Gray, blank: Gray, polarity: Polarity) -> Gray:
    """Find ink by comparison with the same view of a blank sheet; none under hands.

    Args:
        gray: (H, W) uint8, a sheet with ink.
        blank: (H, W) uint8, the sheet before.
        polarity: how a hand looks.

    Returns:
        (H, W) uint8, 0 ink and 255 paper.
    """
    ratio = gray / np.maximum(blank, 4.0).astype(np.float32)
    gain = float(np.median(ratio[::4, ::4]))
    flat = as_gray(np.clip(ratio * (_PAPER / max(gain, 1e-3)), 0, 255))
    mask = binarise(flat)
    if min(gray.shape) < 16 * field.SHRINK:
        return mask
    half, small = field.shrink(flat)
    level = field.paper_level(small)
    shape = level.shape
    tolerance = (np.full(shape, _SURELY, np.float32), np.full(shape, _PERHAPS, np.float32))
    relative = np.asarray(level / np.float32(np.median(level)), np.float32)
    everywhere = np.full(shape, 255, np.uint8)
    pens = thick_dark(half, np.full(shape, _PAPER, np.float32))
    rim = rim_of(everywhere)
    sheet, nothing = Sheet(everywhere, rim, rim), np.zeros(shape, np.uint8)
    hands = find_hands(relative, tolerance, sheet, pens, polarity, nothing).hands
    if hands.mean() > _MOST_HAND:
        # The light is another one than in the blank picture, or it is another view.
        return mask
    covered = enlarge(grow(hands, _REACH), (gray.shape[0], gray.shape[1]))
    return as_gray(np.where(covered > 0, 255, mask))
