from __future__ import annotations

import numpy as np

from calibration.zones import dim_zones, zones_of


def test_zones_of_a_frame_from_below_are_the_visitors() -> None:
    frame = np.full((90, 120), 180, np.uint8)
    frame[:30, :30] = 60  # seen from below the visitor's upper right
    zones = zones_of(frame, mirrored=True)
    assert np.array(zones).shape == (3, 4)
    assert dim_zones(zones) == ["upper right (33 %)"]


def test_zones_of_paper_with_lines_are_those_of_the_paper() -> None:
    frame = np.full((90, 120), 180, np.uint8)
    frame[::8] = 20
    assert dim_zones(zones_of(frame, mirrored=False)) == []
    assert np.array(zones_of(frame, mirrored=False)).min() == 1.0
