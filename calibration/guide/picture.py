"""What the guide shows of a frame: as the visitor sees it, with what was found in it."""

from __future__ import annotations

import cv2
import numpy as np

from calibration.sightings import Sighting
from exhibit.contract.values import Gray

GREEN, BLUE = (40, 160, 60), (40, 90, 200)
Colour = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def coloured(turned: Gray) -> Colour:
    """Return a frame (H, W) uint8 as (H, W, 3)."""
    return np.repeat(turned[:, :, np.newaxis], 3, axis=2)


def dotted(shown: Colour, sighting: Sighting | None) -> Colour:
    """Draw the corners of a board that was found, and return the picture."""
    for x, y in () if sighting is None else sighting.corners:
        cv2.circle(shown, (round(x - 0.5), round(y - 0.5)), 3, BLUE, -1)
    return shown
