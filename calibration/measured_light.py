"""The table's light: a blank sheet, and the sensor's own level without light."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from calibration.cards import CORNER_MM, find_card
from calibration.exposure import paper_share
from calibration.made import made_now
from calibration.sightings import find_board, turn
from calibration.zones import zones_of
from exhibit.contract.calibration import CameraFormat, LightCalibration, PictureFile
from exhibit.contract.errors import CalibrationError
from exhibit.contract.files import write_whole
from exhibit.contract.geometry import project, rectangle
from exhibit.contract.values import Gray, TableLight

_LEAST_LIGHT, _MOST_LIGHT = 40.0, 250
_CLIPPED_SHARE = 0.02
_STIRRED, _STIRRED_SHARE = 0.10, 0.01
_AROUND_MM, _INPAINT_PX = 5.0, 3
"""Around a marker of the card, where its blur and its caption are."""
NO_BLANK = (
    "this camera has not seen a blank sheet yet; run `calibrate light` without --dark first, or "
    "the step Light of the page"
)
_DARK_SHARE = 0.35
"""Of the blank sheet's brightness: with more than that the light was not off."""


def blank_of(frames: Sequence[Gray]) -> Gray:
    """Return the median of frames (H, W) uint8 of a blank sheet, or of the flat-field card.

    The card's corner markers are filled in from what is around them.

    Raises:
        CalibrationError: too dark, too bright, something moved, or another sheet lies there.
    """
    stack = np.stack(frames)
    blank = _median(stack)
    _refuse_sheets(blank)
    blank = _without_card(blank)
    brightness = float(np.median(blank))
    if brightness < _LEAST_LIGHT:
        raise CalibrationError(
            f"the blank sheet is too dark: grey level {brightness:.0f}, expected "
            f"{_LEAST_LIGHT:.0f} or more; switch the light on, or raise camera.exposure"
        )
    clipped = float(np.mean(blank >= _MOST_LIGHT))
    if clipped > _CLIPPED_SHARE:
        raise CalibrationError(
            f"{100 * clipped:.0f} % of the picture is white without detail, expected "
            f"{100 * _CLIPPED_SHARE:.0f} % or less; lower camera.exposure"
        )
    third = max(1, len(frames) // 3)
    first, last = (_smooth(_median(part)) for part in (stack[:third], stack[-third:]))
    stirred = float(np.mean(np.abs(first - last) > _STIRRED * np.maximum(first, last) + 4.0))
    if stirred > _STIRRED_SHARE:
        raise CalibrationError(
            f"something moved in {100 * stirred:.0f} % of the picture; keep hands off, do not move "
            "the sheet, and set camera.exposure to a number so that the camera leaves it alone"
        )
    return blank


def _refuse_sheets(blank: Gray) -> None:
    for seen in (blank, turn(blank, True)):
        card = find_card(seen)
        if find_board(seen) is not None or (card is not None and card[0].use != "flat"):
            raise CalibrationError(
                "a printed sheet lies on the table, expected a blank one or the flat-field card"
            )


def _without_card(blank: Gray) -> Gray:
    for mirrored in (False, True):
        turned = turn(blank, mirrored)
        found = find_card(turned)
        if found is None:
            continue
        card, to_card = found
        hidden = np.zeros(turned.shape, np.uint8)
        reach = CORNER_MM + 2 * _AROUND_MM
        for corner in card.corners_mm:
            box = rectangle(reach, reach) + corner - _AROUND_MM
            points = project(np.asarray(np.linalg.inv(to_card)), box) - 0.5
            cv2.fillConvexPoly(hidden, np.rint(points).astype(np.int32), 255)
        filled = cv2.inpaint(turned, hidden, _INPAINT_PX, cv2.INPAINT_TELEA)
        return turn(np.asarray(filled, np.uint8), mirrored)
    return blank


def light_section(
    calibration: Path,
    blank: Gray,
    seen_by: CameraFormat,
    mirrored: bool,
    exposed: tuple[int | None, int | None] = (None, None),
) -> LightCalibration:
    """Save a blank sheet beside a calibration, and return what is to be known of its light.

    Args:
        calibration: the file `calibration.yaml`.
        blank: (H, W) uint8, as it came from the camera.
        seen_by: the camera.
        mirrored: zones are those of the visitor's side.
        exposed: exposure and gain that the camera was locked at.
    """
    exposure, gain = exposed
    return LightCalibration(
        made=made_now(),
        seen_by=seen_by,
        size_px=seen_by.size_px,
        simulated=seen_by.name == "simulated",
        blank=save_picture(calibration, "blank", blank),
        exposure=exposure,
        gain=gain,
        paper_share=round(paper_share([blank]), 3),
        zones=zones_of(blank, mirrored),
    )


def with_dark(
    calibration: Path,
    light: LightCalibration | None,
    before: TableLight | None,
    frames: Sequence[Gray],
) -> LightCalibration:
    """Save what the sensor says without light, and return what is then known of the light.

    Args:
        calibration: the file `calibration.yaml`.
        light: what is known already, None where the light was not measured.
        before: its pictures, None where they are no use for this camera.
        frames: (H, W) uint8 each, as they come from the camera, without light.

    Raises:
        CalibrationError: no blank sheet was seen before, or the light was on.
    """
    if light is None or before is None:
        raise CalibrationError(NO_BLANK)
    dark = save_picture(calibration, "dark", dark_of(frames, before.blank))
    return light.model_copy(update={"dark": dark})


def dark_of(frames: Sequence[Gray], blank: Gray) -> Gray:
    """Return the median of frames (H, W) uint8 without light.

    Args:
        frames: taken with the table's light off or the lens covered.
        blank: the blank sheet, with which they are compared.

    Raises:
        CalibrationError: the light was on, or frames have another size than the blank sheet.
    """
    dark = _median(np.stack(frames))
    if dark.shape != blank.shape:
        sizes = [f"{width}x{height}" for height, width in (dark.shape, blank.shape)]
        raise CalibrationError(
            f"frames are {sizes[0]} px, the blank sheet was {sizes[1]}; run `calibrate light` first"
        )
    brightest, paper = float(np.percentile(dark, 95)), float(np.median(blank))
    if brightest > _DARK_SHARE * paper:
        raise CalibrationError(
            f"the light is not off: grey level {brightest:.0f}, the blank sheet has {paper:.0f}; "
            "switch the table's light off or cover the lens"
        )
    return dark


def save_picture(calibration: Path, what: str, pixels: Gray) -> PictureFile:
    """Write a picture beside a calibration, whole or not at all, and return its name and digest.

    It takes no older one's place: a version of the calibration may be returned to.

    Args:
        calibration: the file `calibration.yaml`.
        what: what it is of, one of `exhibit.contract.calibration.versions.PICTURES`.
        pixels: (H, W) uint8.

    Raises:
        CalibrationError: it cannot be written.
    """
    data = cv2.imencode(".png", pixels)[1].tobytes()
    digest = hashlib.sha256(data).hexdigest()
    path = calibration.with_name(f"{calibration.stem}-{what}-{digest[:8]}.png")
    try:
        write_whole(path, data)
    except OSError as error:
        raise CalibrationError(f"{path}: not written: {error.strerror}") from None
    return PictureFile(file=path.name, sha256=digest)


def _median(stack: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Gray:
    return np.asarray(np.median(stack, axis=0), np.uint8)


def _smooth(pixels: Gray) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.asarray(cv2.blur(pixels, (9, 9)), np.float32)
