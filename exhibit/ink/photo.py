"""One picture of a table or a desk: a blank sheet to compare with, or a sheet's outline."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.errors import InputError
from exhibit.contract.geometry import scaling, translation
from exhibit.contract.values import Gray
from exhibit.ink import field
from exhibit.ink.hand import Polarity, find_hands, grow, thick_dark
from exhibit.ink.images import as_gray, enlarge
from exhibit.ink.rectify import square_from_outline
from exhibit.ink.sheet_outline import find_outline, inside
from exhibit.ink.still import binarise

_PAPER = 215.0
_SURELY, _PERHAPS = 0.12, 0.07
_REACH = 3
_MOST_HAND = 0.7
_EDGE_SHARE = 0.008


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
    level = field.paper_level(field.shrink(flat))
    shape = level.shape
    tolerance = (np.full(shape, _SURELY, np.float32), np.full(shape, _PERHAPS, np.float32))
    relative = np.asarray(level / np.float32(np.median(level)), np.float32)
    everywhere = np.full(shape, 255, np.uint8)
    pens = thick_dark(flat, np.full(shape, _PAPER, np.float32))
    hands, _ = find_hands(relative, tolerance, everywhere, pens, polarity)
    if hands.mean() > _MOST_HAND:
        # The light is another one than in the blank picture, or it is another view.
        return mask
    covered = enlarge(grow(hands, _REACH), (gray.shape[0], gray.shape[1]))
    return as_gray(np.where(covered > 0, 255, mask))


def straightened(gray: Gray, mask: Gray, side: int) -> tuple[Gray, Gray]:
    """Leave out ink around the sheet and straighten the sheet by its outline.

    Args:
        gray: (H, W) uint8, the picture.
        mask: (H, W) uint8, its ink: 0 ink and 255 paper.
        side: side of the straightened sheet in pixels.

    Returns:
        The mask with ink on the sheet only, and (side, side) uint8 with the sheet upright.

    Raises:
        InputError: no sheet can be seen.
    """
    shrink = max(1.0, max(gray.shape) / 640.0)
    size = (round(gray.shape[1] / shrink), round(gray.shape[0] / shrink))
    small = as_gray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA))
    outline = find_outline(small, field.paper_level(field.shrink(small)), None)
    if outline is None:
        raise InputError(
            "no sheet found: expected paper with four straight edges on something darker"
        )
    shape = (gray.shape[0], gray.shape[1])
    corners = np.asarray((outline.corners + 0.5) * shrink - 0.5, np.float32)
    kept = inside(corners, shape, _EDGE_SHARE * max(shape))
    cleaned = as_gray(np.where(kept > 0, mask, 255))
    to_pixels = translation(-0.5, -0.5) @ scaling(side, side) @ square_from_outline(corners, False)
    reach = max(1, int(max(shape) / side))
    ink = cv2.blur(255 - cleaned, (reach, reach))
    warped = cv2.warpPerspective(ink, to_pixels, (side, side))
    return cleaned, as_gray(np.where(warped > 60, 0, 255))
