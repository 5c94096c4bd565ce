import cv2
import numpy as np
import pytest

from exhibit.camera.straighten import Straightener
from exhibit.contract.geometry import homography, project, rectangle
from exhibit.contract.lens import Lens
from exhibit.contract.values import TableLight
from exhibit.contract.views import CameraView

TABLE_MM = (420.0, 297.0)
LENS = Lens(np.array([[520.0, 0, 322], [0, 520, 237], [0, 0, 1]]), (-0.28, 0.06, 0, 0, 0))
IN_FRAME = np.array([[70, 80], [580, 60], [600, 430], [50, 410]], float)
VIEW = CameraView((640, 480), homography(IN_FRAME, rectangle(*TABLE_MM)), LENS)
DOTS_MM = np.array([[40.0, 40], [380, 50], [210, 150], [60, 260]])


def dotted(mirrored: bool) -> np.ndarray:
    """Return a frame (480, 640) with small dots at places of the table."""
    frame = np.full((480, 640), 200, np.uint8)
    for x, y in VIEW.to_frame(DOTS_MM) - 0.5:
        place = (round(16 * x), round(16 * y))
        cv2.circle(frame, place, 3 * 16, 0, -1, cv2.LINE_AA, shift=4)
    return np.ascontiguousarray(frame[:, ::-1]) if mirrored else frame


def middles(frame: np.ndarray) -> np.ndarray:
    _, _, stats, middle = cv2.connectedComponentsWithStats((frame < 100).astype(np.uint8))
    assert len(stats) == len(DOTS_MM) + 1
    return middle[1:] + 0.5


@pytest.mark.parametrize("mirrored", [True, False])
def test_straightener_puts_the_table_into_millimetres(mirrored: bool) -> None:
    straighten = Straightener(VIEW, TABLE_MM, mirrored)
    found = project(straighten.to_table, middles(straighten(dotted(mirrored))))
    for dot in DOTS_MM:
        assert np.linalg.norm(found - dot, axis=1).min() < 0.4


@pytest.mark.parametrize("mirrored", [True, False])
def test_straightener_shows_the_whole_table_as_mirrored_as_it_came(mirrored: bool) -> None:
    straighten = Straightener(VIEW, TABLE_MM, mirrored)
    rim = project(np.linalg.inv(straighten.to_table), rectangle(*TABLE_MM))
    assert rim.min() > 0
    assert (rim < (640, 480)).all()
    assert (np.linalg.det(straighten.to_table) < 0) == mirrored


def test_straightener_of_another_size_is_refused() -> None:
    straighten = Straightener(VIEW, TABLE_MM, True)
    with pytest.raises(ValueError, match=r"frame of \(240, 320\) pixels, expected \(480, 640\)"):
        straighten(np.zeros((240, 320), np.uint8))


def test_straightener_straightens_the_light_with_the_frames() -> None:
    straighten = Straightener(VIEW, TABLE_MM, True)
    blank = dotted(True)
    light = straighten.straighten_light(TableLight(blank, blank))
    assert np.array_equal(light.blank, straighten(blank))
    assert light.dark is not None
    small = TableLight(np.zeros((240, 320), np.uint8))
    assert straighten.straighten_light(small) is small
