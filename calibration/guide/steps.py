"""Steps of the guide: each is shown frames, told orders, and gives a part of the calibration."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

from calibration.intrinsics import measure_lens
from calibration.made import made_now
from calibration.measured_light import blank_of, save_picture
from calibration.projector_steps import (
    AutomaticStep,
    Degrees,
    DiscStep,
    Method,
    NudgeStep,
    ProjectorStep,
    Told,
    section_of,
)
from calibration.registration import registration_shapes
from calibration.sightings import Sighting, find_board, turn
from calibration.table import measure_table
from calibration.views import WANTED_VIEWS, ViewCollector
from exhibit.contract.calibration import Calibration, CameraFormat, LightCalibration
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points
from exhibit.contract.values import Gray

_KEPT_FRAMES = 10
_GREEN, _BLUE = (40, 160, 60), (40, 90, 200)
Colour = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """What the steps are taken with.

    Args:
        file: `calibration.yaml`.
        seen_by: the camera.
        mirrored: `camera.mirrored`.
        simulated: whether frames are those of the simulated table.
        stage_px: width and height of the upright stage.
        mirror: `stage.mirror`.
        rotate: `stage.rotate`.
    """

    file: Path
    seen_by: CameraFormat
    mirrored: bool
    simulated: bool
    stage_px: tuple[int, int]
    mirror: bool
    rotate: Degrees


class Step(Protocol):
    """One step of the guide."""

    def pattern(self) -> Gray | None:
        """Return what is projected, (h, w) uint8 of the upright stage; None leaves it alone."""

    def look(self, turned: Gray) -> Colour:
        """Take in a frame (H, W) on the visitor's side; return it (H, W, 3) with what is found."""

    def order(self, do: str, by: Points, number: int) -> None:
        """Do what a person says."""

    def told(self) -> Told:
        """Say how it stands."""

    def result(self, known: Calibration) -> dict[str, Any] | None:
        """Return what is measured, by section of the calibration; None while it is not."""


class LensStep:
    """The board is shown to the camera from all sides, which says where it is still missing."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._views = ViewCollector()
        self._accepted = False

    def pattern(self) -> Gray | None:
        """Project nothing of its own."""
        return None

    def look(self, turned: Gray) -> Colour:
        """Take the board's view where it is still and new; tint the regions it was seen in."""
        sighting = find_board(turned)
        self._views.offer(sighting)
        shown = _colour(turned)
        height, width = turned.shape
        coverage = self._views.coverage
        for row, column in np.argwhere(coverage > 0):
            high, wide = height / coverage.shape[0], width / coverage.shape[1]
            corner = (round(column * wide), round(row * high))
            other = (round((column + 1) * wide) - 1, round((row + 1) * high) - 1)
            cv2.rectangle(shown, corner, other, _GREEN, 2)
        return _dotted(shown, sighting)

    def order(self, do: str, by: Points, number: int) -> None:
        """Measure with what was taken, or begin again."""
        if do == "back":
            self._views = ViewCollector()
        self._accepted = do == "accept"

    def told(self) -> Told:
        """Say what to show next."""
        values = {
            "views": len(self._views.views),
            "wanted": WANTED_VIEWS,
            "advice": self._views.advice(),
        }
        return Told("lens_views", values, self._views.complete)

    def result(self, known: Calibration) -> dict[str, Any] | None:
        """Return the lens."""
        if not self._accepted:
            return None
        self._accepted = False
        views = self._views.views
        return {"lens": measure_lens(views, self._place.seen_by, self._place.mirrored)}


class LyingStep:
    """Something lies on the table and is looked at for a second.

    Args:
        code: of the text that says what to lay there.
        measure: from frames as they come, and the calibration known, to what is measured.
        mirrored: frames come mirrored.
    """

    def __init__(
        self,
        code: str,
        measure: Callable[[Sequence[Gray], Calibration], dict[str, Any]],
        mirrored: bool,
    ) -> None:
        self._code, self._measure, self._mirrored = code, measure, mirrored
        self._frames: deque[Gray] = deque(maxlen=_KEPT_FRAMES)
        self._accepted = False

    def pattern(self) -> Gray | None:
        """Project nothing of its own."""
        return None

    def look(self, turned: Gray) -> Colour:
        """Keep the newest frames, as they came."""
        self._frames.append(turn(turned, self._mirrored))
        return _dotted(_colour(turned), find_board(turned))

    def order(self, do: str, by: Points, number: int) -> None:
        """Measure with the frames of the last second."""
        self._accepted = do == "accept"

    def told(self) -> Told:
        """Say what to lay there."""
        return Told(self._code, {}, len(self._frames) == _KEPT_FRAMES)

    def result(self, known: Calibration) -> dict[str, Any] | None:
        """Return what was measured."""
        if not self._accepted:
            return None
        self._accepted = False
        return self._measure(list(self._frames), known)


class ProjectionStep:
    """One of the three ways to measure the projector."""

    def __init__(self, place: Place, step: ProjectorStep) -> None:
        self._place, self._step = place, step

    def pattern(self) -> Gray | None:
        """Return what the way projects."""
        return self._step.pattern()

    def look(self, turned: Gray) -> Colour:
        """Hand the frame on."""
        self._step.look(turned)
        return _colour(turned)

    def order(self, do: str, by: Points, number: int) -> None:
        """Hand the order on."""
        self._step.order(do, by, number)

    def told(self) -> Told:
        """Say how the way stands."""
        return self._step.told()

    def result(self, known: Calibration) -> dict[str, Any] | None:
        """Return the projector's map."""
        fit = self._step.fit()
        if fit is None:
            return None
        place = self._place
        return {"projector": section_of(fit, self._step.method, place.mirror, place.rotate)}


def step_named(name: str, method: Method, place: Place, known: Calibration) -> Step:
    """Return a step that begins.

    Raises:
        CalibrationError: it needs another one first.
    """
    if name == "camera":
        return LensStep(place)
    if name == "table":
        return LyingStep("table_board", _table_by(place), place.mirrored)
    if name == "light":
        return LyingStep("light_blank", _light_by(place), place.mirrored)
    return ProjectionStep(place, projector_step(method, known, place.stage_px))


def projector_step(method: Method, known: Calibration, stage_px: tuple[int, int]) -> ProjectorStep:
    """Return one of the three ways to measure the projector.

    Raises:
        CalibrationError: the camera has to see where the table is, and was not measured.
    """
    view = known.camera_view
    if method == "mesh":
        before = known.projector
        fits = before is not None and before.size_px == stage_px
        projection = before.view(known.table_mm) if before is not None and fits else None
        shapes = registration_shapes(known.table_mm)
        return NudgeStep(stage_px, known.table_mm, projection, shapes)
    if view is None:
        raise CalibrationError(
            "the camera does not know the table yet; run `calibrate table` first, or move crosses "
            "onto printed marks (`--method mesh`), which needs no camera"
        )
    if method == "disc":
        return DiscStep(stage_px, known.table_mm, view)
    return AutomaticStep(stage_px, known.table_mm, view)


def _table_by(place: Place) -> Callable[[Sequence[Gray], Calibration], dict[str, Any]]:
    def measure(frames: Sequence[Gray], known: Calibration) -> dict[str, Any]:
        found = measure_table(frames, place.seen_by, place.mirrored, known)
        update: dict[str, Any] = {"camera": found.camera, "table_mm": found.paper.size_mm}
        if known.table_mm != found.paper.size_mm:
            update["projector"] = None
        return update

    return measure


def _light_by(place: Place) -> Callable[[Sequence[Gray], Calibration], dict[str, Any]]:
    def measure(frames: Sequence[Gray], known: Calibration) -> dict[str, Any]:
        blank = blank_of(frames)
        light = LightCalibration(
            made=made_now(),
            seen_by=place.seen_by,
            size_px=place.seen_by.size_px,
            simulated=place.simulated,
            blank=save_picture(place.file, "blank", blank),
        )
        return {"light": light}

    return measure


def _colour(turned: Gray) -> Colour:
    return np.repeat(turned[:, :, np.newaxis], 3, axis=2)


def _dotted(shown: Colour, sighting: Sighting | None) -> Colour:
    for x, y in () if sighting is None else sighting.corners:
        cv2.circle(shown, (round(x - 0.5), round(y - 0.5)), 3, _BLUE, -1)
    return shown
