"""Light that goes out, or on, from one frame to the next: an LED dies, a lamp is switched.

It changes a large part of the sheet at once and fades out where it ends, as no hand does and no
paper; hands that are over that part are in the same light. All pictures here are small (see
`field.SHRINK`).
"""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from exhibit.ink.images import as_gray, label_type, square
from exhibit.ink.paper import smooth_surface

_CHANGED, _LEVELS, _SMOOTH_PX = 0.05, 2, 5
"""Change that counts, as a share and in grey levels; what is narrower than so many cells and moves
meanwhile does not."""
_LEAST_SHARE = 0.15
"""Share of the sheet in which the light has changed; a hand moves less from frame to frame."""
_SEAM, _MOST_SEAM = 0.05, 0.7
"""Step of the change along the rim of that part, and the share of the rim that may show one: a
hand that comes in meanwhile takes some of it."""
_FOLLOWS = 0.25
"""By how much the change may differ from a quadratic one; what differs more is a hand."""


def switched(level: Gray, before: Gray, within: Gray) -> Floats | None:
    """Return by what factor the light changed at each place, or None where it did not.

    Args:
        level: (h, w) uint8, smooth brightness.
        before: (h, w) uint8, that of the frame before.
        within: (h, w) uint8, not 0 on the sheet.

    Returns:
        (h, w) float32, 1 where the light is as it was.
    """
    least = _LEAST_SHARE * cv2.countNonZero(within)
    differs = as_gray(cv2.absdiff(level, before)) & within
    # Most frames show nothing of the kind: that is told without a division.
    if np.count_nonzero(differs > _LEVELS) <= least:
        return None
    on_sheet = within > 0
    ratio = np.asarray(level / np.maximum(before, 4.0), np.float32)
    # All of it may flicker; where it changed least it is as it was.
    ratio /= np.float32(np.clip(1.0, *np.quantile(ratio[on_sheet], (0.1, 0.9))))
    smooth = np.asarray(cv2.medianBlur(ratio, _SMOOTH_PX), np.float32)
    changed = as_gray((np.abs(smooth - 1.0) > _CHANGED) & on_sheet)
    kind = label_type(changed.shape)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(changed, connectivity=8, ltype=kind)
    area = stats[1:, cv2.CC_STAT_AREA]
    if not area.size or area.max() <= least:
        return None
    piece = as_gray(labels == 1 + area.argmax())
    return _fades_out(smooth, piece, as_gray(cv2.erode(within, square(5))))


def _fades_out(ratio: Floats, piece: Gray, inner: Gray) -> Floats | None:
    """Return the factor of a piece (h, w) uint8 that has no seam, 1 beyond it; None with a seam."""
    steps = cv2.morphologyEx(ratio, cv2.MORPH_GRADIENT, square(3)) > _SEAM
    rim = (cv2.morphologyEx(piece, cv2.MORPH_GRADIENT, square(3)) > 0) & (inner > 0)
    if np.count_nonzero(steps & rim) > _MOST_SEAM * np.count_nonzero(rim):
        return None
    percent = np.float32(100.0)
    surface = smooth_surface(ratio * percent, piece * as_gray(~steps)) / percent
    follows = (piece > 0) & ~steps & (np.abs(ratio - surface) < _FOLLOWS * surface)
    if not follows.any():
        return None
    # Under a hand the change is none that is seen nowhere.
    surface = np.clip(surface, ratio[follows].min(), ratio[follows].max())
    factor = np.where(follows, ratio, surface)
    return np.asarray(np.where(piece > 0, factor, np.float32(1.0)), np.float32)
