"""Broad strokes and filled shapes are ink, whatever hands do beside them.

Spans hand, solid, surface and the extractor that asks them.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.camera.simulated import BLANK, DRAWN_WITH, SimulatedTable
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, Gray, Ink
from exhibit.ink import Extractor, make_extractor
from exhibit.ink.hand import Found, Sheet
from exhibit.ink.images import as_gray
from exhibit.ink.solid import PAPER, Sight, Solids, sure_of
from exhibit.ink.stir import Stir
from tests.exhibit.ink.scene import FPS, SHEET, Scene

MAN = Path(__file__).parent / "cases" / "felt_tip_man.jpg"
BLACK_AND_WHITE = [("infrared", "auto"), ("infrared", "dark"), ("infrared", "bright")]
EVERY_LIGHT = [*BLACK_AND_WHITE, ("visible", "auto")]


def _extractor(light: str = "infrared", polarity: str = "auto") -> Extractor:
    return make_extractor(InkConfig(light=light, polarity=polarity), 128, 1.5, mirrored=False)


def _run(extractor: Extractor, scene: Scene, seconds: float) -> list[Ink]:
    return [extractor.extract(scene.frame()) for _ in range(round(seconds * FPS))]


def _kept(ink: Ink, black: np.ndarray) -> float:
    return float((ink.mask[black > 0] < 128).mean())


def _invented(ink: Ink, black: np.ndarray) -> int:
    near = cv2.dilate(black, np.ones((5, 5), np.uint8)) > 0
    return int(np.count_nonzero((ink.mask < 128) & ~near))


def _line(width_px: int) -> np.ndarray:
    black = np.zeros((480, 640), np.uint8)
    cv2.line(black, (150, 240), (480, 250), 255, width_px)
    return black


def _ellipse(axes: tuple[int, int], middle: tuple[int, int] = (320, 240)) -> np.ndarray:
    black = np.zeros((480, 640), np.uint8)
    cv2.ellipse(black, middle, axes, 0, 0, 360, 255, -1)
    return black


def _scene_before_the_first_visitor(extractor: Extractor) -> Scene:
    scene = Scene(sheet=None)
    _run(extractor, scene, 0.6)
    scene.sheet = SHEET.copy()
    _run(extractor, scene, 1.2)
    return scene


@pytest.mark.parametrize("width_px", [6, 7, 10, 16, 30])
@pytest.mark.parametrize(("light", "polarity"), EVERY_LIGHT)
def test_extract_stroke_of_any_width_is_ink_and_no_hand(
    light: str, polarity: str, width_px: int
) -> None:
    black = _line(width_px)
    ink = _run(_extractor(light, polarity), Scene(black=black), 2.0)[-1]
    assert _kept(ink, black) > 0.98 and _invented(ink, black) == 0
    assert not ink.hand.any()


@pytest.mark.parametrize("axes", [(14, 10), (30, 21), (90, 60)], ids=str)
@pytest.mark.parametrize("light", ["infrared", "visible"])
def test_extract_filled_ellipse_in_a_ring_is_ink_and_so_is_the_ring(
    light: str, axes: tuple[int, int]
) -> None:
    black = _ellipse(axes)
    cv2.ellipse(black, (320, 240), (axes[0] + 10, axes[1] + 10), 0, 0, 360, 255, 4)
    ink = _run(_extractor(light), Scene(black=black), 2.0)[-1]
    assert _kept(ink, black) > 0.98 and _invented(ink, black) == 0
    assert not ink.hand.any()
    filled_px = np.pi * axes[0] * axes[1] / (515 / 128) ** 2
    assert float((255.0 - ink.mass).sum()) / 255 == pytest.approx(filled_px, rel=0.25)


@pytest.mark.parametrize("light", ["infrared", "visible"])
def test_extract_drawing_with_a_felt_tip_pen_is_ink(light: str) -> None:
    picture = cv2.imread(str(MAN), cv2.IMREAD_GRAYSCALE)
    drawn = picture < 0.6 * cv2.medianBlur(picture, 101)
    drawn[:, :100] = drawn[:, 530:] = drawn[:50] = drawn[420:] = False
    extractor = _extractor(light)
    inks = [extractor.extract(Frame(n, n / 30, picture)) for n in range(40)]
    assert (inks[-1].mask[drawn] < 128).mean() > 0.98
    assert not inks[-1].hand.any()


def test_extract_shape_that_is_slowly_filled_in_is_ink_all_along() -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    names = []
    for row in range(186, 310, 4):
        scene.black = _ellipse((90, 70))
        scene.black[row:] = 0
        inks = _run(extractor, scene, 0.4)
        names += [event.name for ink in inks for event in ink.events]
        assert _kept(inks[-1], scene.black) > 0.95 and not inks[-1].hand.any()
    assert "object_left" not in names


@pytest.mark.parametrize("known_table", [True, False], ids=["table seen", "table unknown"])
def test_extract_stroke_up_to_the_sheets_edge_is_ink_where_the_table_beside_it_is_bare(
    known_table: bool,
) -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor) if known_table else Scene()
    scene.black = np.zeros((480, 640), np.uint8)
    cv2.line(scene.black, (320, 240), (320, 460), 255, 24)
    cv2.fillPoly(scene.black, [np.array([[0, 425], [640, 425], [640, 480], [0, 480]])], 0)
    ink = _run(extractor, scene, 2.5)[-1]
    if known_table:
        assert _kept(ink, scene.black) > 0.9 and not ink.hand.any()
    else:
        assert ink.hand[300, 320]


@pytest.mark.parametrize("level", [40.0, 250.0], ids=["dark", "bright"])
def test_extract_filled_shape_is_held_under_a_hand_that_comes_rests_and_goes(level: float) -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    scene.black = _ellipse((40, 30))
    before = _run(extractor, scene, 1.0)[-1]
    assert _kept(before, scene.black) > 0.98
    scene.hand_level = level
    for x in (520, 440, 380, 320, 320, 320, 320, 300, 280):
        scene.hand = (x, 200)
        during = _run(extractor, scene, 0.3)[-1]
        assert during.hand[300, x + 37], x
        assert np.abs(during.settled.astype(int) - before.settled).mean() < 0.3
        assert np.abs(during.mass.astype(int) - before.mass).mean() < 0.3
    scene.hand = None
    after = _run(extractor, scene, 1.0)[-1]
    assert _kept(after, scene.black) > 0.98 and _invented(after, scene.black) == 0
    assert not after.hand.any()


@pytest.mark.parametrize("level", [40.0, 250.0], ids=["dark", "bright"])
def test_extract_hand_that_comes_rests_and_goes_leaves_no_ink(level: float) -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    scene.hand_level = level
    for x in (500, 440, 380, 320, 320, 320, 320, 320, 380, 440, 520):
        scene.hand = (x, 200)
        inks = _run(extractor, scene, 0.25)
        assert all(ink.mask.min() == 255 for ink in inks), x
    scene.hand = None
    assert all(ink.mask.min() == 255 for ink in _run(extractor, scene, 1.0))


def test_extract_broad_stroke_that_grows_from_a_moving_hand_is_ink_before_the_hand_goes() -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    scene.black = np.zeros((480, 640), np.uint8)
    # The hand's round end is 45 pixels around its tip: the stroke comes out at its left.
    for x in range(200, 420, 6):
        cv2.line(scene.black, (160, 170), (x, 170), 255, 14)
        scene.hand = (x + 25, 170)
        ink = _run(extractor, scene, 1 / FPS)[-1]
    drawn = scene.black.copy()
    drawn[:, 320:] = 0
    assert _kept(ink, drawn) > 0.9
    assert ink.hand[300, 500] and not ink.hand[170, 180]


@pytest.mark.parametrize("light", ["infrared", "visible"])
def test_extract_still_sheet_with_filled_shapes_gives_bit_identical_ink(light: str) -> None:
    black = _ellipse((14, 10), (200, 150)) | _ellipse((60, 42), (420, 280)) | _line(12)
    inks = _run(_extractor(light), Scene(black=black, noise=2.0), 5.0)[-60:]
    for one, other in pairwise(inks):
        assert np.array_equal(one.settled, other.settled)
        assert np.array_equal(one.mass, other.mass)


def test_extract_filled_shape_that_is_rubbed_out_is_gone() -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    scene.black = _ellipse((40, 30))
    assert _run(extractor, scene, 1.0)[-1].mass.min() == 0
    scene.black = None
    after = _run(extractor, scene, 1.5)[-1]
    assert after.mask.min() == 255 and after.settled.min() == 255 and after.mass.min() == 255


def test_extract_filled_shape_goes_along_with_the_sheet() -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    scene.black = _ellipse((40, 30))
    before = _run(extractor, scene, 1.0)[-1]
    for number in range(1, 9):
        scene.sheet = SHEET + np.float32([2 * number, number])
        scene.black = _ellipse((40, 30), (320 + 2 * number, 240 + number))
        inks = _run(extractor, scene, 1 / FPS)
        assert np.abs(inks[-1].mass.astype(int) - before.mass).mean() < 0.5
    after = _run(extractor, scene, 1.5)[-1]
    assert _kept(after, scene.black) > 0.98 and _invented(after, scene.black) == 0


def test_extract_broad_strokes_below_a_darker_fresh_sheet_do_not_count() -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    scene.black = _line(9) | _ellipse((30, 22), (320, 140))
    below = _run(extractor, scene, 2.0)[-1]
    scene.paper = 160.0
    # The scene draws anew what it thinks has changed.
    scene.black = scene.black.copy()
    scene.black[0, 0] = 255
    inks = _run(extractor, scene, 3.0)
    assert "fresh_sheet" in [event.name for ink in inks for event in ink.events]
    later = _run(extractor, scene, 5.0)
    assert all(ink.mask.min() == 255 for ink in later)
    scene.paper, scene.black = 190.0, _line(9) | _ellipse((30, 22), (320, 140))
    back = _run(extractor, scene, 3.0)
    assert "sheet_back" in [event.name for ink in back for event in ink.events]
    assert np.abs(back[-1].settled.astype(int) - below.settled).mean() < 0.5


def test_extract_broad_stroke_beside_a_hand_that_rests_is_ink_and_the_hand_is_none() -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    scene.black = np.zeros((480, 640), np.uint8)
    for x in range(200, 380, 6):
        cv2.line(scene.black, (160, 170), (x, 170), 255, 14)
        scene.hand = (x + 25, 170)
        _run(extractor, scene, 1 / FPS)
    # The hand's round end lies over the rest of it.
    left = scene.black.copy()
    left[:, 290:] = 0
    inks = _run(extractor, scene, 3.0)
    assert _kept(inks[4], left) > 0.9
    assert all(_invented(ink, scene.black) == 0 for ink in inks)


def test_extract_broad_dab_as_short_as_a_pens_tip_is_ink_beside_the_hand_that_made_it() -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    for x in (400, 340, 280, 230):
        scene.hand = (x, 170)
        _run(extractor, scene, 1 / FPS)
    # The hand's round end lies over it, and goes back by less than a tip's distance.
    scene.black = np.zeros((480, 640), np.uint8)
    scene.black[164:176, 200:212] = 255
    for x in (240, 250, 260, 270, 278):
        scene.hand = (x, 170)
        _run(extractor, scene, 1 / FPS)
    inks = _run(extractor, scene, 0.5)
    assert _kept(inks[-1], scene.black) > 0.9 and inks[-1].hand.any()
    assert all(_invented(ink, scene.black) == 0 for ink in inks)


@pytest.mark.parametrize("level", [40.0, 250.0], ids=["dark", "bright"])
def test_extract_hand_that_rests_across_a_broad_stroke_leaves_no_ink(level: float) -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    scene.black = _line(10)
    _run(extractor, scene, 1.0)
    scene.hand_level = level
    for x in (520, 470, 420, 370, 330, 330, 330, 330, 330, 330, 350, 400, 470, 540):
        scene.hand = (x, 200)
        inks = _run(extractor, scene, 0.2)
        assert all(_invented(ink, scene.black) == 0 for ink in inks), x


@pytest.mark.parametrize(("seed", "frames"), [(11500, 150), (12500, 60)], ids=["slides", "enters"])
def test_extract_pen_in_a_hand_as_bright_as_paper_leaves_no_ink(seed: int, frames: int) -> None:
    # Only its black shaft and tip are seen there: where it slides along itself it stays black, and
    # where it comes in it is seen before its hand.
    table = SimulatedTable(BLANK, seed, polarity="bright")
    extractor = make_extractor(InkConfig(), 128, 1.5)
    start_s = float(table.visit_at(0.0).sheet.times[0]) - 0.5
    inks = [extractor.extract(table.frame_at(start_s + n / 20)) for n in range(frames)]
    assert any(ink.hand.any() for ink in inks)
    assert all(ink.mask.min() == 255 for ink in inks)


@pytest.mark.parametrize("seed", [17510, 19510])
def test_extract_finger_that_rests_while_another_hand_moves_beside_it_is_no_ink(seed: int) -> None:
    # A child's palm comes down on the hand of another, who goes on drawing: its fingers outlast it.
    table = SimulatedTable(BLANK, seed, polarity="dark")
    extractor = make_extractor(InkConfig(), 128, 1.5)
    start_s = float(table.visit_at(0.0).sheet.times[0]) - 0.5
    inks = [extractor.extract(table.frame_at(start_s + n / 20)) for n in range(180)]
    assert any(ink.hand.any() for ink in inks)
    assert all(ink.mask.min() == 255 for ink in inks)


def test_extract_stroke_that_touches_a_black_pen_is_ink_while_the_pen_goes_on() -> None:
    # A hand as black throughout as its pen and its ink: of what touches the stroke nothing tells
    # but when it came there.
    table = SimulatedTable(DRAWN_WITH["felt"], 31337710, polarity="dark")
    extractor = make_extractor(InkConfig(), 128, 1.5)
    start_s = float(table.visit_at(0.0).sheet.times[0]) - 0.5
    for number in range(113):
        frame = table.frame_at(start_s + number / 30)
        ink = extractor.extract(frame)
    in_sight = (frame.truth.ink < 128) & ~frame.truth.hand
    assert (ink.mask[in_sight] < 128).mean() > 0.6
    assert _invented(ink, as_gray(frame.truth.ink < 128)) == 0 and ink.hand.any()


@pytest.mark.parametrize(("width_px", "axes"), [(10, (26, 60)), (20, (40, 60))])
def test_extract_shape_that_is_filled_in_is_ink_once_the_pen_rests_beside_it(
    width_px: int, axes: tuple[int, int]
) -> None:
    extractor = _extractor()
    scene = _scene_before_the_first_visitor(extractor)
    ring = np.zeros((480, 640), np.uint8)
    cv2.ellipse(ring, (300, 150), axes, 0, 0, 360, 255, width_px)
    filled = _ellipse(axes, (300, 150))
    scene.black = ring
    _run(extractor, scene, 1.0)
    for y in range(96, 215, 4):
        pen = np.zeros((480, 640), np.uint8)
        cv2.line(pen, (300, y + 4), (330, y + 110), 255, 12)
        scene.black, scene.hand = ring | filled | pen, (340, y + 150)
        scene.black[y:][(filled[y:] > 0) & (ring[y:] == 0) & (pen[y:] == 0)] = 0
        _run(extractor, scene, 1 / FPS)
    ink = _run(extractor, scene, 0.4)[-1]
    assert _kept(ink, filled) > 0.98 and _invented(ink, ring | filled) == 0
    assert not ink.hand[150, 300] and ink.hand[360, 340]


def _look(seen: np.ndarray, thin: np.ndarray) -> Sight:
    stir = Stir(seen.shape)
    for number in range(10):
        stir.step(seen, np.ones_like(seen), number / FPS)
    none = np.zeros_like(seen)
    return Sight(seen, seen, Sheet(np.ones_like(seen), none, none), none, stir, none, thin)


def _left_by_a_hand(still_ms: np.ndarray, came_ms: int) -> Gray:
    """Return what is drawn of a black bar of 6 x 14 cells that one end of a black hand touches.

    The bar's columns have been still for `still_ms`, and the hand there for `came_ms`.
    """
    solids, shape = Solids((40, 60)), (40, 60)
    none, everywhere = np.zeros(shape, np.uint8), np.ones(shape, np.uint8)
    seen = np.full(shape, PAPER, np.uint8)
    seen[16:22, 10:24] = seen[12:26, 24:50] = 40
    stir = Stir(shape)
    stir.still_ms[:], stir.moved_ms[:] = 5000, 5000
    stir.still_ms[16:22, 10:24] = still_ms
    stir.still_ms[12:26, 24:50], stir.moved_ms[12:26, 24:50] = 0, came_ms
    sheet = Sheet(everywhere, none, none)
    sight = Sight(seen, seen, sheet, everywhere, stir, as_gray(stir.still_ms > 0), none)
    solids.step(sight, Found(none, none, none), none)
    return solids.cells


def test_solids_stroke_is_drawn_that_came_to_rest_bit_by_bit_before_the_pen_at_its_end() -> None:
    # The pen is as wide as some of what it has drawn, and lay on the end of it until just now.
    drawn = _left_by_a_hand(np.linspace(400, 66, 14), came_ms=200)
    assert drawn[16:22, 10:24].all() and drawn.sum() == 6 * 14


@pytest.mark.parametrize(
    ("still_ms", "came_ms"),
    [
        (np.full(14, 350), 350),
        (np.full(14, 350), 380),
        (np.linspace(400, 66, 14), 900),
        (np.where(np.arange(14) == 7, 0, np.linspace(400, 66, 14)), 200),
    ],
    ids=[
        "comes down",
        "comes down with its hand first",
        "slides along itself",
        "stirs in part",
    ],
)
def test_solids_finger_is_not_drawn(still_ms: np.ndarray, came_ms: int) -> None:
    assert not _left_by_a_hand(still_ms, came_ms).any()


@pytest.mark.parametrize("thin", [True, False])
def test_solids_line_that_leads_away_from_a_broad_stroke_is_not_waited_for(thin: bool) -> None:
    solids, none = Solids((40, 60)), np.zeros((40, 60), np.uint8)
    seen = np.full((40, 60), PAPER, np.uint8)
    seen[16:22, 10:20] = 40
    stroke = as_gray(seen == 40)
    solids.step(_look(seen, 1 - stroke), Found(none, none, stroke), none)
    assert np.array_equal(solids.cells, stroke)
    seen[18:20, 20:40] = 60
    look = _look(seen, 1 - stroke if thin else none)
    look.stir.still_ms[:, 20:] = 0
    waiting = solids.step(look, Found(none, none, none), solids.in_view(seen))
    assert waiting[18:20, 20].all() != thin and not waiting[:, 24:].any()


def test_sure_of_rows_of_single_cells_are_left_out_and_broad_strokes_whole() -> None:
    cells = np.zeros((20, 30), np.uint8)
    cells[3, 2:9] = cells[8:14, 20] = 1
    broad = np.zeros_like(cells)
    broad[10:12, 3:12] = broad[15:19, 24:28] = 1
    np.testing.assert_array_equal(sure_of(cells | broad), broad)
    assert not sure_of(cells).any()
