"""Steps of the guide: each is shown frames, told orders, and gives a part of the calibration."""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np

from calibration.guide.lying import lying_step
from calibration.guide.picture import BLUE, GREEN, Colour, coloured, dotted
from calibration.guide.place import Outcome, Place
from calibration.intrinsics import measure_lens
from calibration.projector_steps import (
    AutomaticStep,
    DiscStep,
    Method,
    NudgeStep,
    ProjectorStep,
    Told,
    section_of,
)
from calibration.registration import registration_shapes
from calibration.sightings import LOST_AFTER, find_board, turn, why_none
from calibration.views import CORNERS_A_REGION, WANTED_VIEWS, ViewCollector
from exhibit.contract.calibration import Calibration
from exhibit.contract.calibration.maps import camera_view, projector_view
from exhibit.contract.errors import CalibrationError
from exhibit.contract.geometry import Points
from exhibit.contract.values import Gray

_INSET_PX = 6


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

    def result(self, known: Calibration) -> Outcome | None:
        """Return what is measured; None while it is not."""


class LensStep:
    """The board is shown to the camera from all sides, which says where it is still missing."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._views = ViewCollector()
        self._accepted = False
        self._lost, self._why = 0, ""

    def pattern(self) -> Gray | None:
        """Project nothing of its own."""
        return None

    def look(self, turned: Gray) -> Colour:
        """Take the board's view where it is still and new; frame where it was, and where next."""
        sighting = find_board(turned)
        self._views.offer(sighting)
        self._lost = 0 if sighting else self._lost + 1
        if self._lost % LOST_AFTER == 0:
            mirrored = self._place.mirrored
            self._why = why_none([turn(turned, mirrored)], mirrored) if self._lost else ""
        shown = coloured(turned)
        coverage = self._views.coverage
        for row, column in np.argwhere(coverage >= CORNERS_A_REGION):
            _frame_region(shown, coverage.shape, (row, column), GREEN, 2)
        wanted = self._views.wanted()
        if wanted.code == "region":
            _frame_region(shown, coverage.shape, wanted.region, BLUE, 6)
        return dotted(shown, sighting)

    def order(self, do: str, by: Points, number: int) -> None:
        """Measure with what was taken, or begin again."""
        if do == "back":
            self._views = ViewCollector()
        self._accepted = do == "accept"

    def told(self) -> Told:
        """Say what to show next."""
        wanted = self._views.wanted()
        values = {
            "views": len(self._views.views),
            "wanted": WANTED_VIEWS,
            "count": wanted.count,
            "reason": self._why,
        }
        if self._why:
            return Told("lens_lost", values)
        return Told(f"lens_{wanted.code}", values, self._views.complete)

    def result(self, known: Calibration) -> Outcome | None:
        """Return the lens."""
        if not self._accepted:
            return None
        self._accepted = False
        views = self._views.views
        lens = measure_lens(views, self._place.seen_by, self._place.mirrored)
        said = f"{lens.error_px:.2f} px, {lens.views} + {lens.views_dropped}"
        # Where the camera sees the table was told through the lens that was known before.
        return Outcome({"lens": lens, "camera": None}, said)


def _frame_region(
    shown: Colour,
    regions: tuple[int, int],
    at: tuple[int, int],
    colour: tuple[int, int, int],
    wide_px: int,
) -> None:
    """Frame one of the regions, rows and columns, into which a picture (H, W, 3) is divided."""
    size = np.divide(shown.shape[:2], regions)
    (top, left), (bottom, right) = (np.add(at, end) * size for end in (0, 1))
    first = (round(left) + _INSET_PX, round(top) + _INSET_PX)
    last = (round(right) - _INSET_PX, round(bottom) - _INSET_PX)
    cv2.rectangle(shown, first, last, colour, wide_px)


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
        return coloured(turned)

    def order(self, do: str, by: Points, number: int) -> None:
        """Hand the order on."""
        self._step.order(do, by, number)

    def told(self) -> Told:
        """Say how the way stands."""
        return self._step.told()

    def result(self, known: Calibration) -> Outcome | None:
        """Return the projector's map."""
        fit = self._step.fit()
        if fit is None:
            return None
        place = self._place
        section = section_of(fit, self._step.method, place.mirror, place.rotate)
        judged = section.error_mean_mm is not None
        said = f"{section.error_mean_mm:.2f} mm, {section.error_max_mm:.2f} mm" if judged else ""
        return Outcome({"projector": section}, said)


def step_named(name: str, method: Method, place: Place, known: Calibration) -> Step:
    """Return a step that begins.

    Raises:
        CalibrationError: it needs another one first.
    """
    if name == "camera":
        return LensStep(place)
    if name != "projector":
        return lying_step(name, place)
    return ProjectionStep(place, projector_step(method, known, place.stage_px))


def projector_step(method: Method, known: Calibration, stage_px: tuple[int, int]) -> ProjectorStep:
    """Return one of the three ways to measure the projector.

    Raises:
        CalibrationError: the camera has to see where the table is, and was not measured.
    """
    view = camera_view(known)
    if method == "mesh":
        before = known.projector
        fits = before is not None and before.size_px == stage_px
        projection = projector_view(before, known.table_mm) if before is not None and fits else None
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
