"""The canonical map of a drawing: shift, scale and slant taken out."""

from __future__ import annotations

import cv2
import numpy as np

from exhibit.contract.values import Floats, Gray
from models.directions.semantics import moments_of

SPREAD = 0.22
"""Root mean square distance of ink from its centre in the map, as a share of its side."""
_LARGEST_SCALE = 4.0


def standing(picture: Gray) -> tuple[float, float, float, float]:
    """Centre x and y and spread as shares of the side, and slant in degrees, of a drawing's ink.

    The spread is of the drawing set upright: in the picture, what leans is wider by its slant.
    """
    centre_x, centre_y, spread, slant = moments_of(picture)
    moments = cv2.moments(1 - picture.astype(np.float32) / 255)
    if moments["m00"] <= 0:
        return centre_x, centre_y, spread, slant
    slope, side = np.tan(np.radians(slant)), picture.shape[0]
    yy, xy = (moments[key] / moments["m00"] / side**2 for key in ("mu02", "mu11"))
    upright = spread**2 + 2 * slope * xy + slope**2 * yy
    return centre_x, centre_y, float(np.sqrt(max(upright, 0.0))), slant


def canonical_map(picture: Gray, side: int) -> Floats:
    """Lay a drawing into a map in which its ink has one centre, one spread, and stands upright.

    Args:
        picture: (R, R) uint8, ink dark.
        side: of the map.

    Returns:
        (side, side) float32 of ink, 0 paper to 1; blank for a blank drawing.

    Source: the place of the canonical face map of "Semantic and localized representation
        learning", section 3.2; drawings have no landmarks, their moments stand in for these.
    """
    centre_x, centre_y, spread, slant = standing(picture)
    if spread <= 0:
        return np.zeros((side, side), np.float32)
    size = picture.shape[0]
    scale = min(SPREAD / spread, _LARGEST_SCALE) * side / size
    # A shear along x by the slant, so that a place down in the picture moves back under its top.
    shear = scale * np.tan(np.radians(slant))
    linear = np.array([[scale, shear], [0, scale]])
    centre = np.array([centre_x, centre_y]) * size - 0.5
    offset = (side - 1) / 2 - linear @ centre
    ink = 1 - picture.astype(np.float32) / 255
    blurred = cv2.GaussianBlur(ink, (0, 0), max(0.5 / scale, 1e-3)) if scale < 1 else ink
    matrix = np.column_stack([linear, offset]).astype(np.float32)
    return np.asarray(cv2.warpAffine(blurred, matrix, (side, side)), np.float32)
