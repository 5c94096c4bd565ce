"""What a coarse map saves must not be seen, and what is drawn in pieces must have no seams."""

import numpy as np
import pytest

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.stage import warp as module
from exhibit.stage.box import Box, box_of
from exhibit.stage.mount import Mount
from exhibit.stage.placement import place
from tests.exhibit.stage.test_mount import KEYSTONE, strokes
from tests.exhibit.stage.test_placement import calibrated

WHERE = [(5 * x, 5 * y) for x, y in KEYSTONE]
SIZE = (3200, 2001)


def mounted(monkeypatch: pytest.MonkeyPatch, coarse_from: float, most: int) -> np.ndarray:
    monkeypatch.setattr(module, "_COARSE_FROM", coarse_from)
    monkeypatch.setattr(module, "_MOST_AT_ONCE", most)
    return Mount(place(*SIZE, StageConfig(mirror=False), calibrated(WHERE)))(strokes(128, 60))


def test_coarse_map_draws_what_the_fine_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    fine = mounted(monkeypatch, 1e9, 10**9)
    coarse = mounted(monkeypatch, 1.0, 10**9)
    differ = np.abs(coarse.astype(int) - fine)
    assert (np.percentile(differ, 99), differ.mean() < 0.2) == (pytest.approx(0, abs=4), True)


@pytest.mark.parametrize("coarse_from", [1.0, 1e9])
def test_pieces_join_without_seams(monkeypatch: pytest.MonkeyPatch, coarse_from: float) -> None:
    whole = mounted(monkeypatch, coarse_from, 10**9)
    pieces = mounted(monkeypatch, coarse_from, 150_000)
    assert np.abs(pieces.astype(int) - whole).max() <= 1


def test_boxes_of_a_large_window_are_several_that_each_fit_a_refresh() -> None:
    mount = Mount(place(*SIZE, StageConfig(mirror=False), Calibration()))
    picture = strokes(128, 5)
    boxes = mount.boxes(picture, box_of(picture))
    assert len(boxes) > 1
    assert sum(box.area for box in boxes) >= 2001**2
    # A row of cells more or less.
    assert max(box.area for box in boxes) <= mount.most_px(picture) + 32 * SIZE[0]
    assert mount.boxes(picture, Box(3, 3, 4, 4))[0].area < 0.02 * 2001**2
