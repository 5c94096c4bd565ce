import numpy as np
import pytest

from exhibit.contract.geometry import (
    homography,
    mounting,
    project,
    rectangle,
    stage_size,
)

QUAD = np.array([[10, 20], [600, 35], [580, 390], [30, 350]], np.float64)


def test_homography_takes_every_corner_to_its_target() -> None:
    assert np.allclose(project(homography(rectangle(420, 297), QUAD), rectangle(420, 297)), QUAD)


def test_homography_of_points_on_a_line_is_refused() -> None:
    flat = np.array([[0, 0], [1, 1], [2, 2], [0, 5]], np.float64)
    with pytest.raises(ValueError, match="on one line"):
        homography(rectangle(1, 1), flat)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_mounting_does_to_points_what_numpy_does_to_pixels(mirror: bool, rotate: int) -> None:
    width, height = 7, 4
    stage_width, stage_height = stage_size(width, height, rotate)
    stage = np.arange(stage_width * stage_height).reshape(stage_height, stage_width)
    window = np.rot90(stage[:, ::-1] if mirror else stage, -rotate // 90)
    assert window.shape == (height, width)
    x, y = project(mounting(width, height, mirror, rotate), [[2.5, 1.5]])[0]
    assert window[int(y), int(x)] == stage[1, 2]
