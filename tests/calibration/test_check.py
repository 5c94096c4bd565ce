from __future__ import annotations

import numpy as np
import pytest

from calibration.check import Finding, check_calibration, require_unmoved
from calibration.pages import board_page
from calibration.table import measure_table
from exhibit.contract.calibration import Calibration, LightCalibration, PictureFile
from exhibit.contract.errors import CalibrationError
from exhibit.contract.printed import Page
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Gray, TableLight
from tests.calibration.sheets import A4, SEEN_BY, border_marks_around, seen, table_to_frame
from tests.exhibit.contract.calibration.test_file import PROJECTOR

TO_FRAME = table_to_frame(A4)
CONFIG = CameraConfig(source=SEEN_BY.name, mirrored=False)
SHEET = Page(A4.width_mm, A4.height_mm, [], [])


@pytest.fixture(scope="module")
def known() -> Calibration:
    frames = [seen((board_page(A4), TO_FRAME), *border_marks_around(A4, TO_FRAME))] * 2
    table = measure_table(frames, SEEN_BY, mirrored=False, known=Calibration())
    return Calibration(table_mm=A4.size_mm, camera=table.camera)


def _frame(moved_mm: float = 0.0) -> Gray:
    """Return a frame of a blank sheet and the marks, after the camera was moved."""
    moved = TO_FRAME @ np.array([[1, 0, moved_mm], [0, 1, 0], [0, 0, 1.0]])
    return seen((SHEET, moved), *border_marks_around(A4, moved), seed=7)


def _found(findings: list[Finding]) -> dict[str, tuple[str, str]]:
    return {finding.subject: (finding.verdict, finding.text) for finding in findings}


def test_check_of_what_still_holds_is_without_a_fault(known: Calibration) -> None:
    whole = known.model_copy(update={"projector": PROJECTOR})
    found = check_calibration([_frame()], SEEN_BY, CONFIG, whole)
    assert [finding.verdict for finding in found] == ["ok", "ok", "ok", "note"]


@pytest.mark.parametrize(("moved_mm", "verdict"), [(0.4, "ok"), (1.6, "fault"), (-2.5, "fault")])
def test_check_tells_a_camera_that_was_moved(
    known: Calibration, moved_mm: float, verdict: str
) -> None:
    found = _found(check_calibration([_frame(moved_mm)], SEEN_BY, CONFIG, known))
    assert found["border marks"][0] == verdict
    if verdict == "fault":
        assert found["border marks"][1].startswith("camera or table was moved: 96 by ")


def test_require_unmoved_between_steps_is_refused_with_how_far(known: Calibration) -> None:
    require_unmoved(known, [_frame()], mirrored=False)
    require_unmoved(Calibration(), [_frame(9.0)], mirrored=False)
    with pytest.raises(CalibrationError, match=r"moved: 96 by 2\.\d mm.*`calibrate table` again"):
        require_unmoved(known, [_frame(2.4)], mirrored=False)


def test_require_unmoved_with_covered_marks_is_refused(known: Calibration) -> None:
    blank = seen((SHEET, TO_FRAME))
    with pytest.raises(CalibrationError, match="0 of 4 seen"):
        require_unmoved(known, [blank], mirrored=False)


def test_check_of_another_camera_says_which_differs(known: Calibration) -> None:
    other = SEEN_BY.model_copy(update={"fourcc": "GREY"})
    (finding,) = check_calibration([_frame()], other, CONFIG, known)
    assert finding.verdict == "fault"
    assert "camera.fourcc MJPG, now GREY" in finding.text


def _lit(known: Calibration, exposure: int | None = None) -> Calibration:
    light = LightCalibration(
        size_px=(640, 480),
        simulated=False,
        blank=PictureFile(file="blank.png", sha256="0" * 64),
        exposure=exposure,
    )
    return known.model_copy(update={"light": light})


def test_check_names_the_zone_that_lost_its_light_and_not_drawings(known: Calibration) -> None:
    blank, now = _frame(), _frame()
    light = TableLight(blank)
    now[200:203, 100:500] = 20
    found = _found(check_calibration([now], SEEN_BY, CONFIG, _lit(known), light))
    assert found["light"][0] == "ok"
    now[160:320, 320:480] = now[160:320, 320:480] // 2
    found = _found(check_calibration([now], SEEN_BY, CONFIG, _lit(known), light))
    assert found["light"] == ("fault", "darker than calibrated: middle right by 50 %")


def test_check_of_another_exposure_names_it(known: Calibration) -> None:
    light = TableLight(_frame())
    found = _found(check_calibration([_frame()], SEEN_BY, CONFIG, _lit(known, 150), light))
    assert found["light"] == ("fault", "camera.exposure was 150 when it was measured, now None")
