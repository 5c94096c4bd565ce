"""What is drawn again must be what would have been drawn whole, or seams stay on the paper."""

import numpy as np
import pytest

from exhibit.contract.calibration import Calibration
from exhibit.contract.settings.schema import StageConfig
from exhibit.stage.box import Box, changed_boxes
from exhibit.stage.mount import Mount
from exhibit.stage.placement import place
from exhibit.stage.warp import PAPER
from tests.exhibit.stage.test_placement import calibrated

KEYSTONE = [(60, 50), (600, 30), (580, 380), (90, 350)]
TURNED = [(350, 20), (620, 210), (300, 390), (30, 190)]


def strokes(side: int, count: int, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    picture = np.full((side, side), 255, np.uint8)
    for _ in range(count):
        x, y = rng.integers(0, side - 12, 2)
        picture[y : y + 2, x : x + 12] = rng.integers(0, 200)
    return picture


def with_a_stroke(picture: np.ndarray, x: int, y: int) -> np.ndarray:
    more = picture.copy()
    more[y : y + 14, x : x + 2] = 0
    return more


def redraw(mount: Mount, before: np.ndarray, after: np.ndarray, window: np.ndarray) -> list[Box]:
    """Draw what has changed, and return where."""
    changed = changed_boxes(before, after)
    boxes = [box for part in changed for box in mount.boxes(after, part)]
    for box in boxes:
        mount.draw(after, box, window)
    return boxes


@pytest.mark.parametrize("side", [100, 128, 512])
@pytest.mark.parametrize("where", [None, KEYSTONE, TURNED], ids=["plain", "keystone", "turned"])
@pytest.mark.parametrize("corner", [(0.0, 0.0), (0.4, 0.6), (0.97, 0.85)])
def test_redraw_of_a_stroke_gives_what_the_whole_gives(
    where: list[tuple[float, float]] | None, corner: tuple[float, float], side: int
) -> None:
    calibration = Calibration() if where is None else calibrated(where)
    mount = Mount(place(640, 400, StageConfig(mirror=False), calibration))
    before = strokes(side, 40)
    after = with_a_stroke(before, *(int(share * (side - 2)) for share in corner))
    window, whole = mount(before), mount(after)
    boxes = redraw(mount, before, after, window)
    assert np.abs(window.astype(int) - whole).max() <= 1
    # A stroke is no reason to draw the window again.
    assert sum(box.area for box in boxes) < 0.35 * window.size


def test_redraw_of_colours_gives_what_the_whole_gives() -> None:
    mount = Mount(place(640, 400, StageConfig(), Calibration()))
    before = np.dstack([strokes(128, 20, seed) for seed in (1, 2, 3)])
    after = before.copy()
    after[40:50, 60:64, 1] = 0
    window = mount(before)
    redraw(mount, before, after, window)
    assert np.abs(window.astype(int) - mount(after)).max() <= 1


def test_redraw_of_nothing_draws_nothing() -> None:
    mount = Mount(place(640, 400, StageConfig(), Calibration()))
    picture = strokes(128, 5)
    window = np.full((400, 640), 7, np.uint8)
    assert not redraw(mount, picture, picture, window)
    assert (window == 7).all()


def test_redraw_of_a_whole_picture_leaves_the_paper_beside_it() -> None:
    mount = Mount(place(640, 400, StageConfig(), Calibration()))
    picture = strokes(128, 5)
    window = np.full((400, 640), PAPER, np.uint8)
    boxes = redraw(mount, 255 - picture, picture, window)
    assert all(box.width < 440 for box in boxes)
    assert np.array_equal(window, mount(picture))
