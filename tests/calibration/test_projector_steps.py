from dataclasses import replace

import numpy as np
import pytest

from calibration.patterns import hang
from calibration.projector_steps import AutomaticStep, DiscStep, NudgeStep, section_of
from calibration.rig import STAGE_PX, TABLE_MM, Page, Pose, Rig, make_rig
from calibration.rig.person import disc_at
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import homography, project, rectangle
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

RIG = make_rig(0)
SHEET = Page(np.full((297, 420), 255, np.uint8), 1.0)
UNDER = RIG.canvas((SHEET,))
NOWHERE = np.zeros(2)
POINTS_MM = np.array([[30.0, 40], [210, 150], [400, 270]])


def true_view(rig: Rig) -> CameraView:
    table = rectangle(*TABLE_MM)
    straight = rig.lens.straighten(rig.see_table(table))
    return CameraView(rig.size_px, homography(straight, table), rig.lens)


VIEW = true_view(RIG)


def seen(*pages: Page, noise: int = 0) -> Gray:
    frame = RIG.expose(RIG.scene(pages, UNDER), np.random.default_rng(noise))
    return np.ascontiguousarray(frame[:, ::-1]) if RIG.mirrored else frame


def rest(step: DiscStep, *pages: Page) -> None:
    frame = seen(*pages)
    for _ in range(8):
        step.look(frame)


def test_disc_step_measures_the_projector_cross_by_cross() -> None:
    step = DiscStep(STAGE_PX, TABLE_MM, VIEW)
    while (cross := step.cross) is not None:
        assert step.fit() is None
        rest(step, disc_at(RIG.land(cross[None])[0], 10))
        assert step.told().ready
        step.order("accept", NOWHERE, 0)
    fit = step.fit()
    assert fit is not None
    light = RIG.land(fit.view.to_stage(POINTS_MM))
    assert np.linalg.norm(light - POINTS_MM, axis=1).max() < 0.3
    section = section_of(fit, "disc", True, 0)
    assert section.error_max_mm is not None
    assert section.error_max_mm < 0.3
    assert len(section.residuals) == 20
    assert sum(residual.held_out for residual in section.residuals) == 4


@pytest.mark.parametrize(
    ("pages", "code", "reason"),
    [
        ((), "disc_none", "no disc is seen"),
        ((disc_at(np.array([100.0, 100]), 0), disc_at(np.array([300.0, 200]), 0)),
         "disc_several", "several discs are seen"),
    ],
)  # fmt: skip
def test_disc_step_accepts_only_one_disc(pages: tuple[Page, ...], code: str, reason: str) -> None:
    step = DiscStep(STAGE_PX, TABLE_MM, VIEW)
    step.look(seen(*pages))
    assert (step.told().code, step.told().ready) == (code, False)
    with pytest.raises(CalibrationError, match=reason):
        step.order("accept", NOWHERE, 0)


def test_disc_step_takes_no_disc_that_lies_beside_its_cross() -> None:
    step = DiscStep(STAGE_PX, TABLE_MM, VIEW)
    for _ in range(5):
        cross = step.cross
        assert cross is not None
        rest(step, disc_at(RIG.land(cross[None])[0], 10))
        step.order("accept", NOWHERE, 0)
    # It still lies on the cross before.
    rest(step, disc_at(RIG.land(cross[None])[0], 10))
    told = step.told()
    assert (told.code, told.ready, told.values["number"]) == ("disc_astray", False, 6)
    with pytest.raises(CalibrationError, match=r"the disc lies \d+ mm from where this cross lands"):
        step.order("accept", NOWHERE, 0)


def test_disc_step_waits_until_the_disc_lies_still() -> None:
    step = DiscStep(STAGE_PX, TABLE_MM, VIEW)
    for x in range(8):
        step.look(seen(disc_at(np.array([200.0 + x, 150]), 0)))
    assert step.told().code == "disc_moves"
    with pytest.raises(CalibrationError, match="does not lie still yet"):
        step.order("accept", NOWHERE, 0)


def test_nudge_step_gives_the_map_that_was_accepted() -> None:
    step = NudgeStep(STAGE_PX, TABLE_MM)
    wanted = project(RIG.table_to_stage, step.editor.marks_mm)
    for number in step.editor.order:
        step.order("select", NOWHERE, number)
        step.order("move", wanted[number] - step.editor.points[number], 0)
    assert step.fit() is None
    step.order("accept", NOWHERE, 0)
    fit = step.fit()
    assert fit is not None
    assert fit.view.to_stage(POINTS_MM) == pytest.approx(project(RIG.table_to_stage, POINTS_MM))
    assert section_of(fit, "mesh", False, 90).error_mean_mm is None


def test_nudge_step_with_crosses_in_disorder_is_not_accepted() -> None:
    step = NudgeStep(STAGE_PX, TABLE_MM)
    step.order("move", np.array([1900.0, 900.0]), 0)
    assert (step.told().code, step.told().ready) == ("nudge_folded", False)
    with pytest.raises(CalibrationError, match="the crosses are in disorder"):
        step.order("accept", NOWHERE, 0)


def test_automatic_step_sees_the_projected_board_with_the_filter_off() -> None:
    step = AutomaticStep(STAGE_PX, TABLE_MM, VIEW)
    # The projected light on the paper, as if it were printed there, at three pixels a millimetre.
    step.look(seen(projected(step.pattern())))
    assert step.told().ready
    step.order("accept", NOWHERE, 0)
    fit = step.fit()
    assert fit is not None
    light = RIG.land(fit.view.to_stage(POINTS_MM))
    assert np.linalg.norm(light - POINTS_MM, axis=1).max() < 0.5


def test_automatic_step_with_the_filter_on_says_what_to_do() -> None:
    step = AutomaticStep(STAGE_PX, TABLE_MM, VIEW)
    step.look(seen())
    assert step.told().code == "board_none"
    with pytest.raises(CalibrationError, match="take the camera's filter off"):
        step.order("accept", NOWHERE, 0)


def projected(pattern: Gray) -> Page:
    import cv2

    scale = np.diag([4.0, 4.0, 1.0])
    half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    stage_to_page = half @ scale @ np.linalg.inv(RIG.table_to_stage) @ np.linalg.inv(half)
    size = (round(4 * TABLE_MM[0]), round(4 * TABLE_MM[1]))
    light = cv2.warpPerspective(pattern, stage_to_page, size, flags=cv2.INTER_AREA)
    return replace(Page(np.asarray(light, np.uint8), 4.0), pose=Pose(np.eye(3), np.zeros(3)))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [True, False])
def test_hang_is_the_mounting_of_the_stage(mirror: bool, rotate: int) -> None:
    from exhibit.contract.geometry import mounting

    stage = np.zeros((40, 60), np.uint8)
    stage[7, 11] = 255
    window = hang(stage, mirror, rotate)
    height, width = window.shape
    ((x, y),) = project(mounting(width, height, mirror, rotate), np.array([[11.5, 7.5]]))
    assert np.argwhere(window).tolist() == [[int(y), int(x)]]
