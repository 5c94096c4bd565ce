"""Paper that is lifted, covered by a fresh sheet and rubbed clean, on the simulated table.

Spans the extractor with all its watches.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from benchmarks.metrics import f_measure
from exhibit.camera.simulated import HANDLED, SimulatedTable
from exhibit.camera.simulated.visit import Visit
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame
from exhibit.ink import make_extractor
from tests.exhibit.ink.scene import FPS, SHEET, Scene

RATE_HZ = 8.0


@dataclass
class Seen:
    """One frame: what was found, and what is true."""

    t_s: float
    f_measure: float
    state: str
    lifted_share: float
    truly_lifted: float
    events: list[str]
    ink_px: int


@pytest.fixture(scope="module")
def story() -> tuple[Visit, list[Seen]]:
    """A drawn sheet of which a corner is lifted, then all of it, and then a fresh one comes."""
    table = SimulatedTable(HANDLED, 4, polarity="dark")
    visit = table.visit_at(0.0)
    extractor = make_extractor(InkConfig(), 128, 1.5)
    seen = []
    begins = float(visit.lifts[0].track.times[0]) - 3.0
    cover = visit.cover
    assert cover is not None
    for t_s in np.arange(begins, visit.ends_at - 4.0, 1 / RATE_HZ):
        if cover.lies_from + 5.0 < t_s < cover.lies_until - 5.0:
            continue
        frame = table.frame_at(float(t_s))
        ink = extractor.extract(frame)
        truth = frame.truth
        assert truth is not None
        lifted, off = ink.lifted, truth.lifted
        seen.append(
            Seen(
                float(t_s),
                f_measure(ink.mask < 128, truth.ink < 128),
                ink.sheet_state,
                0.0 if lifted is None else float(lifted.mean()),
                0.0 if off is None else float(off.mean()),
                [event.name for event in ink.events],
                int((ink.settled < 128).sum()),
            )
        )
    return visit, seen


def _between(seen: list[Seen], start_s: float, end_s: float) -> list[Seen]:
    return [s for s in seen if start_s <= s.t_s < end_s]


def test_extract_curled_corner_is_a_state_and_its_ink_is_held(
    story: tuple[Visit, list[Seen]],
) -> None:
    visit, seen = story
    times = visit.lifts[0].track.times
    curled = _between(seen, times[0] + 0.6, times[-1] - 0.4)
    assert all(s.state == "lifted" for s in curled)
    shares = [s.lifted_share / s.truly_lifted for s in curled if s.truly_lifted > 0.006]
    assert min(shares) > 1.0 and max(shares) < 8.0
    assert min(s.f_measure for s in curled) > 85


def test_extract_raised_sheet_keeps_all_of_its_ink_where_it_lay(
    story: tuple[Visit, list[Seen]],
) -> None:
    visit, seen = story
    times = visit.lifts[1].track.times
    raised = _between(seen, times[0] + 0.5, times[-1] - 0.5)
    assert all(s.state == "lifted" for s in raised)
    assert min(s.f_measure for s in raised) > 85
    after = _between(seen, times[-1] + 0.6, times[-1] + 1.6)
    assert all(s.state == "resting" and s.f_measure > 85 for s in after)


def test_extract_lifts_are_told_once_each_and_so_is_their_end(
    story: tuple[Visit, list[Seen]],
) -> None:
    visit, seen = story
    cover = visit.cover
    assert cover is not None
    before = _between(seen, 0.0, float(cover.sheet.times[0]))
    names = [name for s in before for name in s.events if "lifted" in name or "flat" in name]
    assert names == ["sheet_lifted", "sheet_flat"] * 2


def test_extract_fresh_sheet_laid_over_counts_alone_until_the_old_one_is_back(
    story: tuple[Visit, list[Seen]],
) -> None:
    visit, seen = story
    cover = visit.cover
    assert cover is not None
    laid = [s.t_s for s in seen if "fresh_sheet" in s.events]
    back = [s.t_s for s in seen if "sheet_back" in s.events]
    assert cover.lies_from < laid[-1] < cover.lies_from + 2.2
    assert len(back) == 1 and cover.lies_until < back[0] < cover.lies_until + 2.6
    assert all(s.ink_px == 0 for s in _between(seen, laid[-1] + 0.1, laid[-1] + 1.0))
    drawn = _between(seen, cover.lies_until - 2.2, cover.lies_until - 1.2)
    assert min(s.f_measure for s in drawn) > 75
    assert seen[-1].f_measure > 85


def _after_rubbing(trace: float) -> tuple[bool, bool, bool]:
    """Draw a line, rub out its right half; return where ink is left, and where it was before."""
    extractor = make_extractor(InkConfig(), 128, 2.0, mirrored=False)
    scene = Scene(sheet=None)
    for number in range(80):
        if number == 10:
            scene.sheet = SHEET.copy()
        if number == 40:
            scene.lines = [(0.2, 0.5, 0.8, 0.5)]
        if number < 60:
            ink = extractor.extract(scene.frame())
            continue
        drawn = scene.frame()
        clean = Scene(sheet=SHEET.copy(), noise=0.0).frame().pixels
        level = cv2.addWeighted(clean, 1 - trace, drawn.pixels, trace, 0)
        pixels = drawn.pixels.copy()
        pixels[:, 320:] = level[:, 320:]
        if number == 60:
            before = bool(ink.settled[:, 80:90].min() < 128)
        ink = extractor.extract(Frame(drawn.sequence, drawn.sequence / FPS, pixels))
    left, right = ink.settled[:, 35:60].min() < 128, ink.settled[:, 72:95].min() < 128
    return before, bool(left), bool(right)


@pytest.mark.parametrize("trace", [0.0, 0.14], ids=["clean", "trace"])
def test_extract_rubbed_out_half_of_a_line_goes_and_the_other_stays(trace: float) -> None:
    assert _after_rubbing(trace) == (True, True, False)


def test_extract_hand_that_rests_longer_than_any_drawing_stays_a_hand() -> None:
    extractor = make_extractor(InkConfig(), 128, 2.0, mirrored=False)
    scene = Scene(sheet=None)
    for _ in range(10):
        extractor.extract(scene.frame())
    scene.sheet, scene.lines = SHEET.copy(), []
    for _ in range(30):
        extractor.extract(scene.frame())
    scene.lines = [(0.2, 0.4, 0.8, 0.5)]
    for _ in range(20):
        before = extractor.extract(scene.frame())
    scene.hand, scene.hand_level = (320, 150), 250.0
    # A still picture, so that nothing stirs: two minutes in steps of half a second.
    still = scene.frame()
    events = []
    for number in range(240):
        frame = Frame(still.sequence + number, still.captured_at + 0.5 * number, still.pixels)
        ink = extractor.extract(frame)
        events += [(event.name, event.detail) for event in ink.events]
    assert ink.hand[250, 340]
    assert np.abs(ink.settled.astype(int) - before.settled).mean() < 0.2
    assert [name for name, _ in events] == ["object_left"] and "column 3 of 4" in events[0][1]


def test_extract_sheet_whose_outline_was_misread_for_a_moment_lies_where_it_lay() -> None:
    """Sides are taken for those of a sheet that is drawn away from on top, and then is gone."""
    extractor = make_extractor(InkConfig(), 128, 2.0, mirrored=False)
    scene = Scene(sheet=None)
    wider = SHEET[0] + np.float32(1.04) * (SHEET - SHEET[0])
    told, states = [], []
    for number in range(130):
        if number == 10:
            scene.sheet = SHEET.copy()
        if number == 40:
            scene.lines = [(0.2, 0.5, 0.8, 0.5)]
        if number in (80, 95):
            scene.sheet = wider if number == 80 else SHEET.copy()
        ink = extractor.extract(scene.frame())
        states.append(ink.sheet_state)
        told += [event.name for event in ink.events]
    assert states[90] == "resting"
    assert "sheet_lifted" not in told and "sheet_out" not in told
    assert set(states[110:]) == {"resting"}
