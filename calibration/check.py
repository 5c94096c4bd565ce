"""Does the calibration still hold? A look of some seconds, at boot and now and then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calibration.marks_seen import MOVED_MM, moved_mm
from calibration.zones import NAMES, levels_of
from exhibit.contract.calibration import Calibration, CameraFormat, camera_misfit, light_misfit
from exhibit.contract.calibration.maps import camera_view
from exhibit.contract.errors import CalibrationError
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Gray, TableLight

Verdict = Literal["ok", "note", "fault"]
_LEAST_MARKS = 2
_DARKER = 0.30
"""A zone that has lost so much of its light since calibration has lost an LED."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look says."""

    verdict: Verdict
    subject: str
    text: str


def check_calibration(
    frames: Sequence[Gray],
    seen_by: CameraFormat,
    config: CameraConfig,
    known: Calibration,
    light: TableLight | None = None,
) -> list[Finding]:
    """Return what still holds of a calibration, and what does not.

    Args:
        frames: (H, W) uint8, as they come from the camera now; visitors may draw meanwhile.
        seen_by: the camera.
        config: section `camera`.
        known: what was measured.
        light: the blank sheet that was seen, where there is one.
    """
    if known.camera is None:
        return [Finding("note", "camera", "not measured: `calibrate table`")]
    misfit = camera_misfit(known, seen_by, config.mirrored)
    if misfit:
        return [Finding("fault", "camera", misfit)]
    return [
        Finding("ok", "camera", f"the one that was measured, {known.camera.error_mm:.2f} mm"),
        *_of_marks(frames, config.mirrored, known),
        *_of_projector(known),
        *_of_light(frames, (seen_by, config), known, light),
    ]


def require_unmoved(known: Calibration, frames: Sequence[Gray], mirrored: bool) -> None:
    """Refuse to go on where the camera was moved since it was measured; without marks nobody knows.

    Raises:
        CalibrationError: the border marks are somewhere else than they were.
    """
    for finding in _of_marks(frames, mirrored, known):
        if finding.verdict == "fault":
            raise CalibrationError(f"{finding.text}; run `calibrate table` again")


def _of_marks(frames: Sequence[Gray], mirrored: bool, known: Calibration) -> Iterator[Finding]:
    view = camera_view(known)
    if known.camera is None or view is None:
        return
    if not known.camera.marks:
        yield Finding("note", "border marks", "none were measured, so that drift is not noticed")
        return
    moved = moved_mm(frames, mirrored, view, known.camera.marks)
    if len(moved) < _LEAST_MARKS:
        text = (
            f"{len(moved)} of {len(known.camera.marks)} seen: covered, or the camera was moved far"
        )
        yield Finding("fault", "border marks", text)
        return
    away = {number: far for number, far in moved.items() if far > MOVED_MM}
    said = ", ".join(f"{number} by {far:.1f} mm" for number, far in (away or moved).items())
    if len(away) == 1 and len(moved) > _LEAST_MARKS:
        yield Finding("fault", "border marks", f"one of them was moved: {said}")
    elif away:
        yield Finding("fault", "border marks", f"camera or table was moved: {said}")
    else:
        yield Finding("ok", "border marks", said)


def _of_projector(known: Calibration) -> Iterator[Finding]:
    projector = known.projector
    if projector is None:
        yield Finding("note", "projector", "not measured")
        return
    error = projector.error_max_mm
    text = f"measured by {projector.method}"
    yield Finding("ok", "projector", text if error is None else f"{text}, {error:.1f} mm at most")


def _of_light(
    frames: Sequence[Gray],
    camera: tuple[CameraFormat, CameraConfig],
    known: Calibration,
    light: TableLight | None,
) -> Iterator[Finding]:
    seen_by, config = camera
    if known.light is None or light is None:
        yield Finding("note", "light", "not measured: `calibrate light`")
        return
    for key in ("exposure", "gain"):
        measured, now = getattr(known.light, key), getattr(config, key)
        if measured is not None and measured != now:
            text = f"camera.{key} was {measured} when it was measured, now {now}"
            yield Finding("fault", "light", text)
            return
    misfit = light_misfit(known, seen_by)
    if misfit:
        yield Finding("fault", "light", misfit)
        return
    levels = levels_of(np.asarray(np.median(np.stack(frames), axis=0), np.uint8), config.mirrored)
    kept = levels / np.maximum(levels_of(light.blank, config.mirrored), 1.0)
    # All zones together are the exposure or the paper, one alone is an LED.
    lost = 1 - kept / max(float(np.median(kept)), 1e-6)
    dead = [
        f"{NAMES[row][column]} by {100 * lost[row, column]:.0f} %"
        for row, column in np.argwhere(lost > _DARKER)
    ]
    if dead:
        yield Finding("fault", "light", f"darker than calibrated: {', '.join(dead)}")
    else:
        yield Finding("ok", "light", f"{100 * float(np.median(kept)):.0f} % of what was calibrated")
