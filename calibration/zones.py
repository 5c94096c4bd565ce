"""The zones of the table's light: which LEDs are dim or out."""

from __future__ import annotations

import numpy as np

from calibration.sightings import turn
from exhibit.contract.values import Gray

ROWS, COLUMNS = 3, 4
DIM_SHARE = 0.5
"""Of the median zone: below it an LED is likely to be out."""
NAMES = (
    ("upper left", "upper middle left", "upper middle right", "upper right"),
    ("left", "middle left", "middle right", "right"),
    ("lower left", "lower middle left", "lower middle right", "lower right"),
)

Zones = tuple[tuple[float, ...], ...]


def zones_of(frame: Gray, mirrored: bool) -> Zones:
    """Return how bright paper is in every zone, as a share of the brightest, by rows.

    Args:
        frame: (H, W) uint8, as it comes from the camera.
        mirrored: zones are those of the visitor's side.
    """
    levels = levels_of(frame, mirrored)
    shares = np.round(levels / max(levels.max(), 1.0), 3)
    return tuple(tuple(float(share) for share in row) for row in shares)


def levels_of(frame: Gray, mirrored: bool) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return (ROWS, COLUMNS) grey levels of the paper in every zone, whatever is drawn on it."""
    rows = np.array_split(turn(frame, mirrored), ROWS, axis=0)
    levels = [
        [float(np.percentile(zone, 80)) for zone in np.array_split(row, COLUMNS, axis=1)]
        for row in rows
    ]
    return np.array(levels, np.float64)


def dim_zones(zones: Zones) -> list[str]:
    """Return in words the zones where LEDs are likely to be out."""
    shares = np.array(zones)
    return [
        f"{NAMES[row][column]} ({100 * shares[row, column]:.0f} %)"
        for row, column in np.argwhere(shares < DIM_SHARE * np.median(shares))
    ]
