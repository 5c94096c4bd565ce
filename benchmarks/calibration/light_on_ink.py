"""How far does light fall from ink on a made-up table, calibrated by a person?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calibration.crosses import Crosses
from calibration.nudging import NudgeEditor
from calibration.projection import fit_projection
from calibration.rig import STAGE_PX, TABLE_MM, Page, Rig
from calibration.rig.person import CENTRES_WITHIN_MM, Person
from exhibit.contract.geometry import Points
from exhibit.contract.views import CameraView, ProjectorView

_GRID, _RIM_MM = (15, 11), 10.0


@dataclass(frozen=True, slots=True)
class Error:
    """Distances in mm between ink and its light, all over the sheet."""

    mean_mm: float
    largest_mm: float


def by_disc(rig: Rig, view: CameraView, seed: int) -> tuple[Error, Error]:
    """Return the true error after a person centred the disc, and what was said of it."""
    person = Person(rig, view, np.random.default_rng(seed))
    crosses = Crosses(STAGE_PX, TABLE_MM)
    person.centre_discs(crosses, sheet())
    fit = fit_projection(crosses.landings, STAGE_PX, TABLE_MM)
    return light_off_ink(rig, view, fit.view), Error(fit.mean_mm, fit.largest_mm)


def by_hand_alone(rig: Rig, seed: int) -> Error:
    """Return the true error that a hand makes where camera and discs are known exactly."""
    rng = np.random.default_rng(seed)
    crosses = Crosses(STAGE_PX, TABLE_MM)
    while (cross := crosses.current) is not None:
        crosses.accept(rig.land(cross[None])[0] + rng.normal(0, CENTRES_WITHIN_MM, 2))
    projector = fit_projection(crosses.landings, STAGE_PX, TABLE_MM).view
    return _error(rig.land(projector.to_stage(grid())))


def by_nudging(rig: Rig, view: CameraView, seed: int) -> Error:
    """Return the true error after a person moved nine crosses onto printed marks."""
    editor = NudgeEditor(STAGE_PX, TABLE_MM)
    Person(rig, view, np.random.default_rng(seed)).nudge(editor)
    return light_off_ink(rig, view, editor.view)


def light_off_ink(rig: Rig, view: CameraView, projector: ProjectorView) -> Error:
    """Return how far light falls from ink: seen by the camera, mapped twice, and projected."""
    return _error(rig.land(projector.to_stage(view.to_table(rig.see_table(grid())))))


def _error(light: Points) -> Error:
    off = np.linalg.norm(light - grid(), axis=1)
    return Error(float(off.mean()), float(off.max()))


def grid() -> Points:
    """Return points (n, 2) mm all over the sheet, none of which was measured."""
    width, height = TABLE_MM
    y, x = np.meshgrid(
        np.linspace(_RIM_MM, height - _RIM_MM, _GRID[1]),
        np.linspace(_RIM_MM, width - _RIM_MM, _GRID[0]),
        indexing="ij",
    )
    return np.column_stack([x.ravel(), y.ravel()])


def sheet() -> Page:
    """Return a blank sheet where visitors' paper lies."""
    return Page(np.full((round(TABLE_MM[1]), round(TABLE_MM[0])), 255, np.uint8), 1.0)
