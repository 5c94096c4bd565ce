"""The truth must be true, and the same seed must give the same table."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from exhibit.camera.simulated import (
    BLANK,
    DIFFICULTIES,
    DRAWN_WITH,
    HANDLED,
    Conditions,
    SimulatedTable,
)
from exhibit.camera.simulated.visit import Visit
from exhibit.contract.values import Frame, Truth

SMALL = (320, 240)
CLEAN = DIFFICULTIES["clean"]


def _truth(frame: Frame) -> Truth:
    assert frame.truth is not None
    return frame.truth


def _resting_at(table: SimulatedTable) -> float:
    """A moment of the first visit when the drawing is done and nobody moves."""
    visit = table.visit_at(0.0)
    return float(visit.lines.seen_at[-1]) + 2.5


@pytest.mark.parametrize("name", list(DIFFICULTIES))
def test_frame_at_is_the_same_however_one_got_there(name: str) -> None:
    walked, jumped = (SimulatedTable(DIFFICULTIES[name], 5, SMALL) for _ in range(2))
    for t_s in np.arange(6.0, 9.0, 0.1):
        walked.frame_at(float(t_s))
    one, other = walked.frame_at(9.0), jumped.frame_at(9.0)
    assert np.abs(one.pixels.astype(int) - other.pixels).max() <= 1
    assert np.array_equal(_truth(one).ink, _truth(other).ink)
    assert np.array_equal(_truth(one).hand, _truth(other).hand)


def test_frame_at_back_in_time_takes_ink_away() -> None:
    table = SimulatedTable(CLEAN, 2, SMALL)
    early = _truth(table.frame_at(8.0)).ink
    table.frame_at(_resting_at(table))
    assert np.array_equal(_truth(table.frame_at(8.0)).ink, early)


def test_seed_decides_what_is_drawn() -> None:
    inks = [_truth(SimulatedTable(CLEAN, seed, SMALL).frame_at(15.0)).ink for seed in (1, 2)]
    assert not np.array_equal(*inks)


@pytest.mark.parametrize("polarity", ["bright", "dark"])
@pytest.mark.parametrize("name", list(DIFFICULTIES))
def test_truth_ink_is_darker_than_the_paper_beside_it(name: str, polarity: str) -> None:
    table = SimulatedTable(DIFFICULTIES[name], 3, polarity=polarity)  # type: ignore[arg-type]
    frame = table.frame_at(_resting_at(table))
    ink = _truth(frame).ink == 0
    assert ink.sum() > 500
    assert not _truth(frame).hand.any()
    near = np.roll(ink, 8, axis=1) & ~ink & ~np.roll(ink, 2, axis=1) & ~np.roll(ink, -2, axis=1)
    beside = np.median(frame.pixels[near])
    assert np.median(frame.pixels[ink]) < 0.92 * beside


@pytest.mark.parametrize(("polarity", "sign"), [("bright", 1), ("dark", -1)])
def test_truth_hand_is_where_the_light_changed(polarity: str, sign: int) -> None:
    table = SimulatedTable(replace(CLEAN, dust=0), 4, polarity=polarity)  # type: ignore[arg-type]
    visit = table.visit_at(0.0)
    frame = table.frame_at(float(visit.lines.seen_at[200]))
    later = table.frame_at(_resting_at(table))
    change = sign * (frame.pixels.astype(int) - later.pixels)
    hand = _truth(frame).hand
    unmarked = cv2.erode(_truth(later).ink, np.ones((9, 9), np.uint8)) == 255
    assert hand.mean() > 0.02
    # The pen is dark either way, so a bright hand is judged by its mean.
    assert change[hand & unmarked].mean() > 15
    assert np.abs(change[~hand & unmarked]).max() < 25


def test_mirrored_camera_sees_the_mirror_image() -> None:
    below = _truth(SimulatedTable(CLEAN, 6, SMALL, mirrored=True).frame_at(16.0))
    above = _truth(SimulatedTable(CLEAN, 6, SMALL, mirrored=False).frame_at(16.0))
    differing = (below.ink[:, ::-1] != above.ink).sum()
    assert differing < 0.05 * (above.ink == 0).sum()


def test_sheet_comes_stays_and_goes() -> None:
    table = SimulatedTable(CLEAN, 1, SMALL)
    visit = table.visit_at(0.0)
    assert _truth(table.frame_at(0.2)).sheet is None
    corners = _truth(table.frame_at(_resting_at(table))).sheet
    assert corners is not None
    across = np.hypot(*(corners[1] - corners[0])), np.hypot(*(corners[2] - corners[1]))
    assert across[0] / across[1] == pytest.approx(297 / 210, rel=0.01)
    gone = _truth(table.frame_at(visit.ends_at + 0.2))
    assert gone.sheet is None
    assert (gone.ink == 255).all()


def test_wide_frame_shows_the_whole_sheet() -> None:
    table = SimulatedTable(CLEAN, 1, (1280, 720))
    corners = _truth(table.frame_at(_resting_at(table))).sheet
    assert corners is not None
    assert (corners > 0).all()
    assert (corners < [1280, 720]).all()


def test_table_rests_between_drawing_and_fresh_sheet() -> None:
    table = SimulatedTable(CLEAN, 1, SMALL)
    begin = _resting_at(table) - 1.0
    truths = [_truth(table.frame_at(begin + step)) for step in (0.0, 1.0, 2.0, 3.0)]
    assert not any(truth.hand.any() for truth in truths)
    assert all(np.array_equal(truth.ink, truths[0].ink) for truth in truths)


def test_blank_has_hands_but_never_ink() -> None:
    table = SimulatedTable(BLANK, 1, SMALL)
    truths = [_truth(table.frame_at(float(t_s))) for t_s in np.arange(4, 24, 2.0)]
    assert sum(truth.hand.any() for truth in truths) >= 7
    assert all((truth.ink == 255).all() for truth in truths)


def test_dead_led_leaves_a_zone_a_third_darker_and_the_rest_as_it_was() -> None:
    dead_led = replace(DIFFICULTIES["dead_led"], knocked_after_s=None, led_dies_after_s=None)
    at = _resting_at(SimulatedTable(dead_led, 3))
    table = SimulatedTable(replace(dead_led, led_dies_after_s=at), 3)
    before, after = (table.frame_at(t_s).pixels for t_s in (at - 0.1, at))
    share = cv2.blur(after, (25, 25)) / cv2.blur(before, (25, 25))
    assert share.min() < 0.7
    assert np.percentile(share, 90) > 0.95


def test_knock_moves_the_sheet_in_the_frame_by_a_few_pixels() -> None:
    conditions = replace(CLEAN, knocked_after_s=None)
    at = _resting_at(SimulatedTable(conditions, 3))
    table = SimulatedTable(replace(conditions, knocked_after_s=at), 3)
    before, after = _truth(table.frame_at(at - 0.1)).sheet, _truth(table.frame_at(at + 0.1)).sheet
    assert before is not None
    assert after is not None
    assert 2 < np.hypot(*(after - before).T).mean() < 25


def test_turned_over_sheet_shows_its_ink_mirrored() -> None:
    conditions = replace(CLEAN, turns=1)
    table = SimulatedTable(conditions, 3, SMALL)
    visit = table.visit_at(0.0)
    first = _truth(table.frame_at(float(visit.lines.seen_at[-1]) + 1.0)).sheet
    turned = _truth(table.frame_at(visit.ends_at - 2.5))
    assert first is not None
    assert turned.sheet is not None
    assert turned.sheet[0, 0] == pytest.approx(first[1, 0], abs=12)
    assert (turned.ink == 0).sum() > 200


@pytest.mark.parametrize("conditions", [*DIFFICULTIES.values(), BLANK], ids=lambda c: c.name)
def test_visit_takes_half_a_minute_and_goes_on_to_the_next(conditions: Conditions) -> None:
    table = SimulatedTable(conditions, 9, SMALL)
    visits = [table.visit_at(0.0)]
    for _ in range(3):
        visits.append(table.visit_at(visits[-1].ends_at))
    lengths = [visit.ends_at - visit.starts_at for visit in visits]
    assert [visit.index for visit in visits] == [0, 1, 2, 3]
    assert min(lengths) > 18
    assert max(lengths) < 60


def _handled(polarity: str) -> tuple[SimulatedTable, Visit]:
    table = SimulatedTable(HANDLED, 4, SMALL, polarity=polarity)  # type: ignore[arg-type]
    return table, table.visit_at(0.0)


@pytest.mark.parametrize("polarity", ["bright", "dark"])
def test_lifted_corner_is_blurred_and_its_ink_stays_true_where_it_lies_flat(polarity: str) -> None:
    table, visit = _handled(polarity)
    track = visit.lifts[1].track
    before = table.frame_at(float(track.times[0]) - 0.01)
    during = table.frame_at(float(track.times[0]) + 1.2)
    flat, off = _truth(before), _truth(during)
    assert flat.lifted is None and off.lifted is not None
    assert off.lifted.mean() > 0.5
    assert np.array_equal(flat.ink, off.ink) and np.array_equal(flat.sheet, off.sheet)
    drawn = cv2.erode(flat.ink, np.ones((3, 3), np.uint8)) == 0
    ratios = (f.pixels / cv2.blur(f.pixels, (21, 21)).astype(float) for f in (before, during))
    sharp, soft = (float(np.percentile(r[drawn & ~off.hand], 2)) for r in ratios)
    assert sharp < soft - 0.1
    corner = _truth(table.frame_at(float(visit.lifts[0].track.times[0]) + 1.4)).lifted
    assert corner is not None and 0.01 < corner.mean() < 0.2


def test_rubbed_out_ink_leaves_the_truth_and_hardly_a_trace() -> None:
    table, visit = _handled("bright")
    gone_at = visit.lines.gone_at[np.isfinite(visit.lines.gone_at)]
    before = table.frame_at(float(gone_at.min()) - 1.5)
    after = table.frame_at(float(gone_at.max()) + 1.5)
    gone = (_truth(before).ink == 0) & (_truth(after).ink == 255)
    assert gone.sum() > 30
    assert not ((_truth(before).ink == 255) & (_truth(after).ink == 0)).any()
    assert np.median(after.pixels[gone] / np.maximum(before.pixels[gone], 1)) > 1.15


@pytest.mark.parametrize("polarity", ["bright", "dark"])
def test_fresh_sheet_over_an_old_one_counts_alone_until_it_is_taken_away(polarity: str) -> None:
    table, visit = _handled(polarity)
    cover = visit.cover
    assert cover is not None
    before = table.frame_at(cover.lies_from - 1.5)
    fresh = table.frame_at(cover.lies_from + 0.8)
    drawn = table.frame_at(cover.lies_until - 1.2)
    after = table.frame_at(visit.ends_at - 4.0)
    old = _truth(before).ink == 0
    assert (_truth(fresh).ink == 255).all()
    assert (_truth(drawn).ink == 0).any()
    assert np.array_equal(_truth(after).ink, _truth(before).ink)
    # The old drawing shines through all the same.
    around = cv2.blur(fresh.pixels, (21, 21))
    assert np.median(fresh.pixels[old] / around[old]) < 0.92


def test_filled_shapes_are_black_in_the_frame_and_the_truth_says_which() -> None:
    table = SimulatedTable(replace(CLEAN, fills=6), 2)
    visit = table.visit_at(0.0)
    frame = table.frame_at(float(visit.lines.seen_at[-1]) + 2.0)
    truth = _truth(frame)
    mass, ink = truth.mass == 0, truth.ink == 0
    assert 400 < mass.sum() < 0.7 * ink.sum()
    assert not (mass & ~ink).any()
    core = cv2.erode(mass.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert core.sum() > 200
    paper = np.median(frame.pixels[cv2.dilate(truth.ink, np.ones((9, 9), np.uint8)) == 255])
    assert np.percentile(frame.pixels[core], 95) < 0.6 * paper


def test_table_where_nobody_fills_has_no_mass_and_the_same_lines() -> None:
    with_fills, without = (SimulatedTable(replace(CLEAN, fills=n), 1, SMALL) for n in (6, 0))
    lines, others = with_fills.visit_at(0.0).lines, without.visit_at(0.0).lines
    assert not others.fills.any()
    assert np.array_equal(lines.ends_mm[~lines.fills], others.ends_mm)
    assert (_truth(without.frame_at(_resting_at(without))).mass == 255).all()


def test_felt_pens_draw_lines_from_six_to_thirty_pixels_wide() -> None:
    table = SimulatedTable(DRAWN_WITH["felt"], 2)
    widths_px = table.visit_at(0.0).lines.width_mm * 640 / 340
    assert 5 < widths_px.min() < 7 and 26 < widths_px.max() < 31


def test_pens_in_turns_leave_faint_and_dark_lines_in_one_drawing() -> None:
    lines = SimulatedTable(DRAWN_WITH["pencil_and_pen"], 2).visit_at(0.0).lines
    assert lines.absorbance.min() < 0.3 and lines.absorbance.max() > 0.8


def test_shaking_camera_moves_the_sheet_in_the_frame_to_and_fro_by_three_pixels() -> None:
    table = SimulatedTable(replace(DRAWN_WITH["shaking"], pens=()), 2)
    begin = table.visit_at(0.0).ends_at - 8.0
    corners = [_truth(table.frame_at(begin + n / 30)).sheet for n in range(45)]
    places = np.stack([c for c in corners if c is not None]).mean(axis=1)
    assert len(places) == 45
    assert (np.ptp(places, axis=0) > 3.0).all() and (np.ptp(places, axis=0) < 6.2).all()


@pytest.mark.parametrize("conditions", DRAWN_WITH.values(), ids=lambda c: c.name)
def test_what_visitors_draw_with_leaves_ink_that_a_camera_sees(conditions: Conditions) -> None:
    table = SimulatedTable(conditions, 3)
    frame = table.frame_at(_resting_at(table))
    ink = _truth(frame).ink == 0
    paper = cv2.morphologyEx(frame.pixels, cv2.MORPH_CLOSE, np.ones((61, 61), np.uint8))
    assert ink.sum() > 500
    assert np.median(frame.pixels[ink] / paper[ink]) < 0.75
