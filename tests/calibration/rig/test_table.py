import cv2
import numpy as np
import pytest

from calibration.rig import STAGE_PX, TABLE_MM, Page, make_rig
from exhibit.contract.geometry import project, rectangle
from exhibit.contract.handedness import keeps_handedness


@pytest.mark.parametrize("seed", range(12))
def test_rig_sees_the_whole_table_and_its_projector_lights_it(seed: int) -> None:
    rig = make_rig(seed)
    seen = rig.see_table(rectangle(*TABLE_MM))
    assert seen.min() > 0
    assert (seen < rig.size_px).all()
    lit = project(rig.table_to_stage, rectangle(*TABLE_MM))
    assert lit.min() > 0
    assert (lit < STAGE_PX).all()
    assert keeps_handedness(rig.table_to_stage.tolist(), *TABLE_MM)
    assert rig.land(lit) == pytest.approx(rectangle(*TABLE_MM))


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4])
def test_rig_shows_a_dot_where_it_says_that_it_sees_it(seed: int) -> None:
    rig, at = make_rig(seed), np.array([[130.0, 90.0]])
    paper = np.full((297 * 4, 420 * 4), 255, np.uint8)
    cv2.circle(paper, (130 * 4 * 16 - 8, 90 * 4 * 16 - 8), 5 * 4 * 16, 0, -1, cv2.LINE_AA, 4)
    frame = rig.look((Page(paper, 4.0),), np.random.default_rng(0))
    turned = frame[:, ::-1] if rig.mirrored else frame
    x, y = rig.see_table(at)[0]
    patch = turned[int(y) - 12 : int(y) + 13, int(x) - 12 : int(x) + 13].astype(float)
    dark = np.clip(np.median(patch) * 0.75 - patch, 0, None)
    rows, columns = np.mgrid[0:25, 0:25] + 0.5
    found = (columns * dark).sum() / dark.sum() + int(x) - 12
    assert found == pytest.approx(x, abs=0.15)
    found = (rows * dark).sum() / dark.sum() + int(y) - 12
    assert found == pytest.approx(y, abs=0.15)


def test_rig_moved_sees_the_table_elsewhere() -> None:
    rig = make_rig(0)
    moved = rig.moved((0, 0, 0), np.array([2.0, 0, 0]))
    off = moved.see_table(rectangle(*TABLE_MM)) - rig.see_table(rectangle(*TABLE_MM))
    assert (off[:, 0] > 1).all()
