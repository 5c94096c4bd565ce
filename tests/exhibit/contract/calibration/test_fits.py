from __future__ import annotations

import re

import pytest

from exhibit.contract.calibration import (
    Calibration,
    CameraFormat,
    camera_misfit,
    light_misfit,
    projector_misfit,
)
from tests.exhibit.contract.calibration.test_file import (
    CAMERA,
    EVERYTHING,
    MADE,
    PROJECTOR,
    SEEN_BY,
)


def _measured_by(opencv: str) -> Calibration:
    made = MADE.model_copy(update={"opencv": opencv})
    camera = EVERYTHING.camera.model_copy(update={"made": made})
    return EVERYTHING.model_copy(update={"camera": camera})


def test_camera_misfit_of_the_camera_that_was_measured_is_none() -> None:
    assert camera_misfit(EVERYTHING, SEEN_BY, True) == ""
    assert camera_misfit(Calibration(), SEEN_BY, False) == ""


@pytest.mark.parametrize(
    ("changed", "mirrored", "said"),
    [
        ({"name": "/dev/other"}, True, "camera /dev/v4l/by-id/.*, now /dev/other"),
        ({"fourcc": "GREY"}, True, "camera.fourcc MJPG, now GREY"),
        ({"size_px": (1280, 720)}, True, "frames of 640x480 px, now 1280x720 px"),
        ({}, False, "camera.mirrored true, now false"),
    ],
)
def test_camera_misfit_says_which_differs(
    changed: dict[str, object], mirrored: bool, said: str
) -> None:
    now = SEEN_BY.model_copy(update=changed)
    told = camera_misfit(EVERYTHING, CameraFormat.model_validate(now.model_dump()), mirrored)
    assert told.count(", now ") == 1
    assert re.search(said, told)
    assert "runs uncalibrated" in told


def test_camera_misfit_of_format_1_knows_the_size_alone() -> None:
    old = Calibration(camera=CAMERA)
    assert camera_misfit(old, SEEN_BY, True) == ""
    other = SEEN_BY.model_copy(update={"size_px": (320, 240)})
    assert "frames of 640x480 px, now 320x240 px" in camera_misfit(old, other, True)


@pytest.mark.parametrize(("version", "fits"), [("4.13.0", False), ("4.14.0", True), ("5.0", True)])
def test_camera_misfit_of_a_board_read_half_a_pixel_off_is_named(version: str, fits: bool) -> None:
    told = camera_misfit(_measured_by(version), SEEN_BY, True)
    assert (told == "") is fits
    assert fits or "half a pixel off" in told


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"name": "/dev/other"}, "camera /dev/v4l/by-id/.*, now /dev/other"),
        ({"size_px": (320, 240)}, "frames of 640x480 px, now 320x240 px"),
    ],
)
def test_light_misfit_says_which_differs(changed: dict[str, object], said: str) -> None:
    now = SEEN_BY.model_copy(update=changed)
    told = light_misfit(EVERYTHING, now)
    assert re.search(said, told)
    assert bool(told) is bool(said)
    old = EVERYTHING.light.model_copy(update={"seen_by": None})
    of_format_1 = light_misfit(EVERYTHING.model_copy(update={"light": old}), now)
    assert bool(of_format_1) is ("size_px" in changed)
    assert light_misfit(Calibration(), now) == ""


@pytest.mark.parametrize(
    ("size", "mirror", "rotate", "said"),
    [
        ((1280, 800), True, 0, ""),
        ((1920, 1080), True, 0, "a display of 1280x800 px, now 1920x1080 px"),
        ((1280, 800), False, 0, "stage.mirror true, now false"),
        ((1280, 800), True, 180, "stage.rotate 0, now 180"),
    ],
)
def test_projector_misfit_says_which_differs(
    size: tuple[int, int], mirror: bool, rotate: int, said: str
) -> None:
    told = projector_misfit(Calibration(projector=PROJECTOR), size, mirror, rotate)
    assert said in told
    assert bool(told) is bool(said)
