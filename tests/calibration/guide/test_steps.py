"""What the page says while the lens is measured must be what the command says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration.guide.place import Place
from calibration.guide.steps import LensStep
from calibration.sightings import LOST_AFTER, Sighting, turn
from exhibit.contract.calibration import Calibration
from exhibit.contract.values import Gray
from tests.calibration.sheets import A4, SEEN_BY, seen, table_to_frame
from tests.calibration.test_intrinsics import views_of_everything

PLACE = Place(
    file=Path("calibration.yaml"),
    seen_by=SEEN_BY,
    mirrored=False,
    simulated=False,
    stage_px=(640, 400),
    mirror=True,
    rotate=0,
    exposure=None,
    gain=None,
    fps=30.0,
)
NOWHERE = np.zeros(2)
EMPTY: Gray = np.full((480, 640), 90, np.uint8)


def shown(step: LensStep, views: list[Sighting], monkeypatch: pytest.MonkeyPatch) -> None:
    """Show a step every view twice, as a board that is held still."""
    for view in views:
        monkeypatch.setattr("calibration.guide.steps.find_board", lambda _, view=view: view)
        for _ in range(2):
            step.look(EMPTY)


def test_lens_step_leads_from_region_to_region(monkeypatch: pytest.MonkeyPatch) -> None:
    step = LensStep(PLACE)
    assert step.told().code == "lens_hold"
    shown(step, views_of_everything(1), monkeypatch)
    told = step.told()
    assert (told.code, told.values["views"], told.ready) == ("lens_region", 1, False)
    assert told.values["count"] > 0
    shown(step, views_of_everything(24), monkeypatch)
    assert (step.told().code, step.told().ready) == ("lens_enough", True)


def test_lens_step_takes_the_cameras_map_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was told through the lens that was known before, and would put light beside ink."""
    step = LensStep(PLACE)
    shown(step, views_of_everything(24), monkeypatch)
    step.order("accept", NOWHERE, 0)
    outcome = step.result(Calibration())
    assert outcome is not None
    assert set(outcome.update) == {"lens", "camera"}
    assert outcome.update["camera"] is None


def test_lens_step_that_sees_no_board_says_why() -> None:
    from calibration.pages import board_page

    step = LensStep(replace(PLACE, mirrored=True))
    frame = turn(seen((board_page(A4), table_to_frame(A4))), True)
    for _ in range(LOST_AFTER):
        step.look(frame)
    told = step.told()
    assert told.code == "lens_lost"
    assert "the board is seen in a mirror: camera.mirrored is true" in told.values["reason"]
