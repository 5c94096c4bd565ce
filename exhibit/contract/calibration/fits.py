"""Does a calibration fit what it is to be used with? Where it does not, the table runs without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from exhibit.contract.calibration.sections import Calibration, CameraFormat, Made

_RIGHT_SINCE = (4, 14)
"""OpenCV 4.12 and 4.13 put corners of a ChArUco board 0.48 px too far right and down."""
_REMEDY = "the table runs uncalibrated: run `calibrate {}` again or set it back"


def camera_misfit(calibration: Calibration, camera: CameraFormat, mirrored: bool) -> str:
    """Say why a calibration is no use for a camera's frames; "" where it is, or has none.

    Args:
        calibration: what was measured.
        camera: what gives frames now.
        mirrored: `camera.mirrored` now.
    """
    measured = calibration.camera
    if measured is None:
        return ""
    wrong = [] if measured.seen_by is None else list(_of_camera(measured.seen_by, camera))
    if measured.seen_by is None and measured.size_px != camera.size_px:
        wrong.append(_differs("frames of", measured.size_px, camera.size_px))
    if measured.mirrored != mirrored:
        wrong.append(_differs("camera.mirrored", measured.mirrored, mirrored))
    lens = calibration.lens
    if measured.straightened and lens is not None:
        if lens.seen_by.size_px != measured.size_px:
            wrong.append(_differs("a lens for frames of", lens.seen_by.size_px, measured.size_px))
        wrong += _of_version(lens.made)
    wrong += _of_version(measured.made)
    return _told(wrong, "table")


def light_misfit(calibration: Calibration, camera: CameraFormat) -> str:
    """Say why the pictures of the light are no use for a camera's frames; "" where they are.

    Args:
        calibration: what was measured.
        camera: what gives frames now.
    """
    measured = calibration.light
    if measured is None:
        return ""
    if measured.seen_by is not None:
        wrong = list(_of_camera(measured.seen_by, camera))
    elif measured.size_px != camera.size_px:
        wrong = [_differs("frames of", measured.size_px, camera.size_px)]
    else:
        wrong = []
    if not wrong:
        return ""
    return (
        f"the light was measured with {'; with '.join(wrong)}; it is learnt anew: run "
        "`calibrate light` again"
    )


def projector_misfit(
    calibration: Calibration, size_px: tuple[int, int], mirror: bool, rotate: int
) -> str:
    """Say why a calibration is no use for a display; "" where it is, or has none.

    Args:
        calibration: what was measured.
        size_px: width and height of the upright stage now.
        mirror: `stage.mirror` now.
        rotate: `stage.rotate` now.
    """
    measured = calibration.projector
    if measured is None:
        return ""
    wrong = []
    if measured.size_px != size_px:
        wrong.append(_differs("a display of", measured.size_px, size_px))
    if measured.mirror != mirror:
        wrong.append(_differs("stage.mirror", measured.mirror, mirror))
    if measured.rotate != rotate:
        wrong.append(_differs("stage.rotate", measured.rotate, rotate))
    if measured.method == "automatic":
        wrong += _of_version(measured.made)
    return _told(wrong, "projector")


def _of_camera(measured: CameraFormat, now: CameraFormat) -> Iterator[str]:
    if measured.name != now.name:
        yield _differs("camera", measured.name, now.name)
    if measured.fourcc != now.fourcc:
        yield _differs("camera.fourcc", measured.fourcc, now.fourcc)
    if measured.size_px != now.size_px:
        yield _differs("frames of", measured.size_px, now.size_px)


def _of_version(made: Made | None) -> Iterator[str]:
    if made is None:
        return
    numbers = [int(number) for number in re.findall(r"\d+", made.opencv)[:2]]
    if tuple(numbers) < _RIGHT_SINCE:
        expected = ".".join(map(str, _RIGHT_SINCE))
        yield (
            f"OpenCV {made.opencv}, whose corners of the board lie half a pixel off (right since "
            f"{expected})"
        )


def _differs(what: str, measured: object, now: object) -> str:
    return f"{what} {_say(measured)}, now {_say(now)}"


def _say(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case (width, height):
            return f"{width}x{height} px"
    return str(value)


def _told(wrong: list[str], step: str) -> str:
    if not wrong:
        return ""
    return f"calibration was measured with {'; with '.join(wrong)}; {_REMEDY.format(step)}"
