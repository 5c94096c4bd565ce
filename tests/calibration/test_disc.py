import cv2
import numpy as np
import pytest

from calibration.disc import CARD_MM, disc_page, find_discs
from calibration.rig import CONDITIONS, TABLE_MM, Page, Rig, make_rig
from calibration.rig.person import disc_at
from exhibit.contract.geometry import homography, rectangle
from exhibit.contract.values import Gray
from exhibit.contract.views import CameraView

SHEET = Page(np.full((297, 420), 255, np.uint8), 1.0)
SEEDS = dict(zip(CONDITIONS, range(len(CONDITIONS)), strict=True))


def true_view(rig: Rig) -> CameraView:
    table = rectangle(*TABLE_MM)
    straight = rig.lens.straighten(rig.see_table(table))
    return CameraView(rig.size_px, homography(straight, table), rig.lens)


def turned(rig: Rig, *pages: Page) -> Gray:
    frame = rig.look((SHEET, *pages), np.random.default_rng(1))
    return np.ascontiguousarray(frame[:, ::-1]) if rig.mirrored else frame


@pytest.mark.parametrize("condition", CONDITIONS)
def test_find_discs_finds_the_middle_in_every_light(condition: str) -> None:
    rig = make_rig(SEEDS[condition])
    assert rig.light is CONDITIONS[condition]
    for middle in ((45.0, 45.0), (210.0, 148.0), (372.0, 250.0)):
        found = find_discs(turned(rig, disc_at(np.array(middle), 20)), true_view(rig))
        assert len(found) == 1
        assert found[0].middle == pytest.approx(middle, abs=0.12)


def test_find_discs_finds_it_all_over_a_table_with_a_zone_of_leds_out() -> None:
    rig = make_rig(SEEDS["dead_zone"])
    view = true_view(rig)
    under = rig.canvas((SHEET,))
    for x in (45.0, 100.0, 155.0, 265.0, 375.0):
        for y in (45.0, 150.0, 200.0, 252.0):
            scene = rig.scene((disc_at(np.array([x, y]), 10),), under)
            frame = rig.expose(scene, np.random.default_rng(1))
            seen = np.ascontiguousarray(frame[:, ::-1]) if rig.mirrored else frame
            found = find_discs(seen, view)
            assert len(found) == 1, (x, y)
            assert found[0].middle == pytest.approx((x, y), abs=0.15)


def test_find_discs_on_a_blank_sheet_finds_none() -> None:
    rig = make_rig(0)
    assert find_discs(turned(rig), true_view(rig)) == []


def test_find_discs_takes_no_cup_and_no_drawn_ring_for_it() -> None:
    rig = make_rig(0)
    paper = np.full((297 * 4, 420 * 4), 255, np.uint8)
    cv2.circle(paper, (400, 400), 150, 0, 20)
    cv2.circle(paper, (1200, 600), 60, 0, -1)
    assert find_discs(turned(rig, Page(paper, 4.0)), true_view(rig)) == []


def test_find_discs_finds_two() -> None:
    rig = make_rig(0)
    discs = [disc_at(np.array(at), 0) for at in ((100.0, 100.0), (300.0, 200.0))]
    assert len(find_discs(turned(rig, *discs), true_view(rig))) == 2


def test_disc_page_prints_whole_cards() -> None:
    page = disc_page((297.0, 210.0))
    rim = np.array([(x, y, x + w, y + h) for x, y, w, h in page.black])
    assert rim.min() > 5
    assert (rim[:, 2].max(), rim[:, 3].max()) < (292, 205)
    assert rim[:, 2].max() - rim[:, 0].min() > 8 * CARD_MM
