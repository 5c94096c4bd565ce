import numpy as np
import pytest

from exhibit.contract.calibration import Calibration, ProjectorCalibration
from exhibit.contract.geometry import homography, project, rectangle
from exhibit.contract.settings.schema import StageConfig
from exhibit.stage.mount import Mount
from exhibit.stage.placement import place
from exhibit.stage.rim import lit_mask

PLAIN = StageConfig(mirror=False)


def calibrated(points: list[tuple[float, float]]) -> Calibration:
    matrix = homography(rectangle(420, 297), np.array(points, np.float64))
    rows = tuple(tuple(float(v) for v in row) for row in matrix)
    projector = ProjectorCalibration(
        size_px=(640, 400), mirror=False, rotate=0, table_to_projector=rows
    )
    return Calibration(projector=projector)


def dot(side: int, x: int, y: int) -> np.ndarray:
    picture = np.full((side, side), 255, np.uint8)
    picture[y - 1 : y + 2, x - 1 : x + 2] = 0
    return picture


def darkest(window: np.ndarray) -> np.ndarray:
    rows, columns = np.nonzero(window < 100)
    return np.array([columns.mean() + 0.5, rows.mean() + 0.5])


def test_place_without_calibration_centres_the_largest_square() -> None:
    placement = place(640, 400, PLAIN, Calibration())
    corners = project(placement.square_to_projector, rectangle(1, 1))
    assert np.allclose(corners, [[120, 0], [520, 0], [520, 400], [120, 400]])
    assert lit_mask(placement) is None


def test_place_mirrored_swaps_left_and_right() -> None:
    placement = place(640, 400, StageConfig(mirror=True), Calibration())
    assert np.allclose(project(placement.square_to_projector, [[0, 0]]), [[520, 0]])


def test_place_rotated_turns_clockwise() -> None:
    placement = place(640, 400, StageConfig(mirror=False, rotate=90), Calibration())
    assert np.allclose(project(placement.square_to_projector, [[0, 0]]), [[520, 0]])
    assert np.allclose(project(placement.square_to_projector, [[1, 0]]), [[520, 400]])


def test_mount_calibrated_puts_light_on_its_place_on_the_table() -> None:
    points = [(60, 50), (600, 30), (580, 380), (90, 350)]
    calibration = calibrated(points)
    window = Mount(place(640, 400, PLAIN, calibration))(dot(128, 40, 60))
    # The picture's square encloses the 420 x 297 sheet and has its middle in common with it.
    on_table = np.array([[40.5 / 128 * 420, 60.5 / 128 * 420 - (420 - 297) / 2]])
    expected = project(np.array(calibration.projector.table_to_projector), on_table)[0]
    assert np.linalg.norm(darkest(window) - expected) < 0.7


@pytest.mark.parametrize(
    ("size", "config"),
    [((1280, 800), PLAIN), ((640, 400), StageConfig(mirror=True))],
)
def test_place_with_a_calibration_of_another_display_is_that_of_none(
    size: tuple[int, int], config: StageConfig
) -> None:
    calibration = calibrated([(60, 50), (600, 30), (580, 380), (90, 350)])
    placement = place(*size, config, calibration)
    without = place(*size, config, Calibration())
    assert np.array_equal(placement.square_to_projector, without.square_to_projector)
    assert placement.lit is None


def test_lit_mask_calibrated_is_dark_outside_the_table() -> None:
    mask = lit_mask(
        place(640, 400, PLAIN, calibrated([(60, 50), (600, 50), (600, 380), (60, 380)]))
    )
    assert mask is not None
    assert mask[200, 300] == 255
    assert mask[20, 300].max() == 0
    assert mask[200, 20].max() == 0
