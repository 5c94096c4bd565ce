import cv2
import numpy as np
import pytest

from exhibit.camera.simulated import BLANK, SimulatedTable
from exhibit.contract.errors import InputError
from exhibit.contract.settings.schema import InkConfig
from exhibit.contract.values import Frame, Ink
from exhibit.ink import Extractor, make_extractor
from tests.exhibit.ink.scene import FPS, SHEET, Scene

LINE = (0.2, 0.3, 0.8, 0.4)


def _extractor(**settings: object) -> Extractor:
    return make_extractor(InkConfig(**settings), 128, 2.0, mirrored=False)


def _run(extractor: Extractor, scene: Scene, seconds: float) -> list[Ink]:
    return [extractor.extract(scene.frame()) for _ in range(round(seconds * FPS))]


def _names(inks: list[Ink]) -> list[str]:
    return [event.name for ink in inks for event in ink.events]


def _table_with_sheet(extractor: Extractor, paper: float = 190.0) -> Scene:
    scene = Scene(sheet=None, paper=paper)
    _run(extractor, scene, 0.5)
    scene.sheet = SHEET.copy()
    _run(extractor, scene, 1.5)
    return scene


def test_extract_new_line_is_settled_at_once_and_goes_after_settle_ms() -> None:
    extractor = _extractor(settle_ms=400)
    scene = _table_with_sheet(extractor)
    scene.lines.append(LINE)
    drawn = _run(extractor, scene, 0.2)[-1]
    assert drawn.live.min() < 60 and drawn.settled.min() < 60
    assert drawn.bbox is not None and 0 < drawn.coverage < 0.02
    _run(extractor, scene, 0.6)
    scene.lines.clear()
    early, late = _run(extractor, scene, 0.3)[-1], _run(extractor, scene, 0.7)[-1]
    assert early.settled.min() < 60 and late.settled.min() == 255


@pytest.mark.parametrize("length", [0.005, 0.01, 0.03])
def test_extract_first_line_is_settled_at_once_however_short(length: float) -> None:
    """A share of the sheet's width: 0.005 is one millimetre of A5."""
    extractor = _extractor()
    scene = _table_with_sheet(extractor)
    scene.lines.append((0.5, 0.5, 0.5 + length, 0.5 + 0.3 * length))
    drawn = _run(extractor, scene, 0.15)[-1]
    assert drawn.bbox is not None
    assert drawn.settled.min() < 128


def test_extract_other_threshold_is_seen_in_the_next_frame_without_settling() -> None:
    extractor = _extractor(settle_ms=400)
    scene = _table_with_sheet(extractor, paper=95.0)
    scene.lines.append(LINE)  # 70 on 95: faint
    before = _run(extractor, scene, 1.0)[-1]
    extractor.configure(InkConfig(settle_ms=400, threshold=0.0))
    without = extractor.extract(scene.frame())
    extractor.configure(InkConfig(settle_ms=400, threshold=0.6))
    again = extractor.extract(scene.frame())
    assert before.settled.min() < 60
    assert without.settled.min() == 255
    assert again.settled.min() < 60


def test_extract_line_of_the_sheet_lands_where_the_visitor_drew_it() -> None:
    for mirrored in (False, True):
        extractor = make_extractor(InkConfig(), 128, 2.0, mirrored=mirrored)
        scene = _table_with_sheet(extractor)
        scene.lines.append((0.2, 0.5, 0.2, 0.8))
        ink = _run(extractor, scene, 1.0)[-1]
        columns = np.nonzero(ink.settled < 128)[1]
        expected = 0.8 if mirrored else 0.2
        assert columns.mean() / 128 == pytest.approx(expected, abs=0.02)


def test_extract_calibrated_camera_puts_ink_where_the_table_is() -> None:
    to_square = np.diag([1 / 640, 1 / 640, 1.0])
    extractor = make_extractor(InkConfig(), 128, 2.0, to_square, mirrored=True)
    scene = _table_with_sheet(extractor)
    scene.lines.append((0.5, 0.2, 0.5, 0.8))
    columns = np.nonzero(_run(extractor, scene, 1.0)[-1].settled < 128)[1]
    assert columns.mean() / 128 == pytest.approx(SHEET[:, 0].mean() / 640, abs=0.01)


@pytest.mark.parametrize("level", [40.0, 250.0], ids=["dark", "bright"])
def test_extract_ink_under_a_hand_is_held_and_none_invented(level: float) -> None:
    extractor = _extractor()
    scene = _table_with_sheet(extractor)
    scene.lines.append(LINE)
    before = _run(extractor, scene, 1.0)[-1]
    scene.hand_level = level
    for x in (520, 440, 380, 320, 320, 320, 300, 280, 260):
        scene.hand = (x, 150)
        during = _run(extractor, scene, 0.2)[-1]
    assert during.hand[170, 300] and during.hand.mean() < 0.4
    assert np.abs(during.settled.astype(int) - before.settled).mean() < 0.2
    scene.hand = None
    after = _run(extractor, scene, 1.0)[-1]
    assert np.abs(after.settled.astype(int) - before.settled).mean() < 0.2


def test_extract_still_sheet_gives_bit_identical_settled_ink() -> None:
    extractor = _extractor()
    scene = _table_with_sheet(extractor)
    scene.noise = 4.0
    scene.lines += [LINE, (0.3, 0.8, 0.7, 0.6)]
    inks = _run(extractor, scene, 3.0)[-45:]
    assert all(np.array_equal(ink.settled, inks[0].settled) for ink in inks)
    assert len({ink.changed_at for ink in inks}) == 1


def test_extract_blank_sheet_with_hands_gives_no_stroke() -> None:
    table = SimulatedTable(BLANK, seed=11)
    extractor = make_extractor(InkConfig(), 128, 2.0)
    for number in range(150):
        ink = extractor.extract(table.frame_at(2.0 + number / 20))
        assert ink.mask.min() == 255, f"frame {number}"


def test_extract_moved_sheet_takes_its_ink_along() -> None:
    extractor = _extractor()
    scene = _table_with_sheet(extractor)
    scene.lines.append(LINE)
    before = _run(extractor, scene, 1.0)[-1]
    inks = []
    for _ in range(10):
        scene.sheet = scene.sheet + np.float32([1.5, 1.0])
        inks += _run(extractor, scene, 1 / FPS)
    inks += _run(extractor, scene, 1.0)
    assert "sheet_moved" in _names(inks) and "sheet_out" not in _names(inks)
    assert all(ink.settled.min() < 60 for ink in inks)
    overlap = (inks[-1].settled < 160) & (before.settled < 160)
    assert overlap.sum() > 0.8 * (before.settled < 160).sum()


def test_extract_sheet_taken_away_and_fresh_one_brought_are_events() -> None:
    extractor = _extractor()
    scene = _table_with_sheet(extractor)
    scene.lines.append(LINE)
    _run(extractor, scene, 1.0)
    scene.sheet, scene.lines = None, []
    gone = _run(extractor, scene, 1.0)
    assert _names(gone) == ["sheet_out"]
    assert gone[-1].sheet is None and gone[-1].settled.min() == 255
    scene.sheet = SHEET + np.float32([8, 3])
    assert _names(_run(extractor, scene, 2.0)) == ["sheet_in", "fresh_sheet"]


def test_extract_same_sheet_turned_over_is_an_event() -> None:
    extractor = _extractor()
    scene = _table_with_sheet(extractor)
    scene.lines += [(0.1, 0.2, 0.5, 0.3), (0.2, 0.2, 0.2, 0.8)]
    _run(extractor, scene, 1.0)
    scene.sheet = None
    _run(extractor, scene, 1.0)
    scene.sheet = SHEET.copy()
    scene.lines = [(1 - x0, y0, 1 - x1, y1) for x0, y0, x1, y1 in scene.lines]
    assert "sheet_turned" in _names(_run(extractor, scene, 2.5))


def test_extract_view_without_an_outline_is_all_sheet() -> None:
    extractor = _extractor()
    far = np.array([[-300, -300], [940, -300], [940, 780], [-300, 780]], np.float32)
    scene = Scene(sheet=far, lines=[(0.4, 0.5, 0.6, 0.5)])
    ink = _run(extractor, scene, 3.5)[-1]
    assert ink.sheet is None and ink.settled.min() < 60


def test_extract_strokes_are_told_as_they_appear() -> None:
    extractor = _extractor()
    scene = _table_with_sheet(extractor)
    names = []
    for line in (LINE, (0.2, 0.7, 0.5, 0.9), (0.7, 0.6, 0.9, 0.9)):
        scene.lines.append(line)
        inks = _run(extractor, scene, 0.9)
        names += _names(inks)
    assert names.count("stroke_added") == 3


def test_extract_dead_led_is_named_and_told_of_when_it_is_back() -> None:
    extractor = _extractor()
    scene = _table_with_sheet(extractor)
    dim = np.ones((480, 640), np.float32)
    cv2.circle(dim, (90, 80), 120, 0.2, -1)
    dim = cv2.GaussianBlur(dim, (0, 0), 70)
    events = []
    for number in range(100):
        frame = scene.frame()
        pixels = (frame.pixels * dim).astype(np.uint8) if number < 60 else frame.pixels
        ink = extractor.extract(Frame(frame.sequence, frame.captured_at, pixels))
        events += [(e.name, e.detail) for e in ink.events if e.name.startswith("light_")]
    zone = "row 1 of 3, column 1 of 4"
    assert events == [("light_fault", zone), ("light_back", zone)]


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((0, 0), np.uint8), np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint16)],
    ids=["empty", "colour", "16 bit"],
)
def test_extract_frame_of_another_kind_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(InputError, match="expected"):
        _extractor().extract(Frame(1, 0.0, pixels))


def test_extract_tiny_or_changing_frames_give_empty_ink() -> None:
    extractor = _extractor()
    for number, shape in enumerate([(1, 1), (3, 200), (48, 64), (480, 640)]):
        pixels = np.full(shape, 128, np.uint8)
        ink = extractor.extract(Frame(number, number / FPS, pixels))
        assert ink.mask.shape == shape and ink.mask.min() == 255


def test_extract_visible_light_reads_a_sheet_that_trembles_in_a_hand() -> None:
    extractor = make_extractor(InkConfig(light="visible"), 128, 2.0, mirrored=False)
    rng = np.random.default_rng(3)
    scene = Scene(lines=[(0.5, 0.1, 0.5, 0.9)])
    inks = []
    for _ in range(60):
        scene.sheet = SHEET + rng.normal(0, 0.7, (1, 2)).astype(np.float32)
        inks.append(extractor.extract(scene.frame()))
    ink = inks[-1]
    columns = np.nonzero(ink.settled < 128)[1]
    assert columns.mean() / 128 == pytest.approx(0.5, abs=0.02) and np.ptp(columns) < 6
    assert ink.mask.shape == (480, 640)
    assert 250 < np.nonzero(ink.mask == 0)[1].mean() < 390


def test_extract_visible_light_follows_a_sheet_that_is_held_farther_away_in_other_light() -> None:
    extractor = make_extractor(InkConfig(light="visible"), 128, 2.0, mirrored=False)
    scene = Scene()
    _run(extractor, scene, 1.0)
    far = SHEET.mean(axis=0) + np.float32(0.9) * (SHEET - SHEET.mean(axis=0))
    scene.sheet, scene.paper, scene.lines = far, 172.0, [(0.5, 0.1, 0.5, 0.9)]
    ink = _run(extractor, scene, 2.0)[-1]
    assert ink.sheet is not None and np.abs(ink.sheet - far).max() < 3
    assert ink.sheet_state != "lifted" and ink.settled.min() < 60


def test_extract_sheet_with_hand_and_ink_that_was_there_first_is_found() -> None:
    extractor = _extractor()
    scene = Scene(lines=[LINE, (0.3, 0.6, 0.3, 0.2)], hand=(420, 330))
    ink = _run(extractor, scene, 3.0)[-1]
    assert ink.sheet is not None and np.abs(ink.sheet - SHEET).max() < 3
    assert ink.settled.min() < 60
    scene.hand = None
    assert not _run(extractor, scene, 4.0)[-1].hand.any()
