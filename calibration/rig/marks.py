"""The four marks in the border of a made-up table."""

from __future__ import annotations

import cv2
import numpy as np

from calibration.rig.table import TABLE_MM, Page, Pose, turn_about
from exhibit.contract.border_marks import DICTIONARY, IDS, MARK_MM
from exhibit.contract.geometry import Points, rectangle

_PX_PER_MM, _QUIET_MM = 8, 3.0


def mark_pages(rng: np.random.Generator) -> tuple[dict[int, Points], tuple[Page, ...]]:
    """Return four marks in the table's border: their corners by id, and what is printed."""
    width, height = TABLE_MM
    # Frames are less wide than the sheet for their height: there is room above it and below.
    centres = [(20, -14), (width - 20, -14), (width - 20, height + 14), (20, height + 14)]
    corners, pages = {}, []
    markers = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICTIONARY))
    for number, centre in zip(IDS, centres, strict=True):
        side = round(MARK_MM * _PX_PER_MM)
        quiet = round(_QUIET_MM * _PX_PER_MM)
        printed = np.pad(
            np.asarray(markers.generateImageMarker(number, side), np.uint8),
            quiet, constant_values=255,
        )  # fmt: skip
        turn = turn_about(np.array([0, 0, rng.uniform(-0.05, 0.05)]))
        half = np.array([MARK_MM / 2 + _QUIET_MM, MARK_MM / 2 + _QUIET_MM, 0])
        pose = Pose(turn, np.array([*centre, 0.0]) - turn @ half)
        pages.append(Page(printed, _PX_PER_MM, pose))
        corners[number] = pose.place(rectangle(MARK_MM, MARK_MM) + _QUIET_MM)[:, :2]
    return corners, tuple(pages)
