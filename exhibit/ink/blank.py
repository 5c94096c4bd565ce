"""What a blank sheet, seen by calibration, tells before the first visitor: light and dust."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray, TableLight
from exhibit.ink import field
from exhibit.ink.bare import dust_of
from exhibit.ink.images import as_gray, enlarge
from exhibit.ink.paper import smooth_surface
from exhibit.ink.sheet_outline import find_outline, inside

_RIM_PX = 16.0
"""Beside its edge the sheet's brightness is mixed with the table's, at 640 pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class BlankSheet:
    """A blank sheet as calibration saw it.

    Args:
        level: (h, w) float32, brightness of paper, also where no sheet lay: a smooth guess there.
        dust: (H, W) uint8, contrast of the specks on the glass.
    """

    level: Floats
    dust: Gray


def study(light: TableLight) -> BlankSheet:
    """Learn from a frame of a blank sheet; one without an outline is paper all over."""
    pixels = light.blank
    if light.dark is not None:
        pixels = as_gray(cv2.subtract(pixels, light.dark))
    level = field.paper_level(field.shrink(pixels)[1])
    shape, small = (pixels.shape[0], pixels.shape[1]), (level.shape[0], level.shape[1])
    dust = dust_of(field.contrast(pixels, level, 1.0))
    outline = find_outline(pixels, level, None)
    if outline is None:
        return BlankSheet(level.astype(np.float32), dust)
    rim_px = _RIM_PX * max(shape) / 640.0
    paper = inside(outline.corners, shape, rim_px)
    seen = enlarge(paper, small)
    known = np.where(seen > 0, level, smooth_surface(level, seen))
    # The sheet's edge is no dust, and what lies beside it may be taken away.
    return BlankSheet(known.astype(np.float32), as_gray(cv2.bitwise_and(dust, paper)))
