from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

pytest.importorskip("HersheyFonts", reason="letters come with the offline module")

from exhibit.contract.values import Find, Gray, Ink, InkEvent, Recalled
from exhibit.recall import Memory
from exhibit.recall.recaller import MemoryRecaller
from models.sketches.framing import Placement
from models.sketches.raster import table_ink
from models.sketches.writing import placed_writing
from tests.exhibit.recall import shapes
from tests.exhibit.recall.later import Later

RING, HOUSE, WAVE = range(3)
SIDE = 128


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory.of([shapes.ring(), shapes.house(), shapes.wave()])


class Table:
    """A table with a recaller, whose time and whose searching thread a test moves on."""

    def __init__(self, memory: Memory) -> None:
        self.beside = Later()
        self.recaller = MemoryRecaller(memory, SIDE, "settled", self.beside)
        self.now_s = 100.0
        self.sequence = 0

    def see(self, ink: Gray, *events: str, after_s: float = 0.033) -> Recalled:
        self.now_s += after_s
        self.sequence += 1
        return self.recaller.recall(ink_of(ink, self.sequence, self.now_s, events))

    def rest(self, ink: Gray) -> Recalled:
        """Let searches end and everything that fades come to rest."""
        for _ in range(4):
            self.beside.work()
            recalled = self.see(ink, after_s=0.7)
        return recalled


@pytest.fixture
def table(memory: Memory) -> Table:
    return Table(memory)


def ink_of(pixels: Gray, sequence: int, now_s: float, events: tuple[str, ...] = ()) -> Ink:
    paper = np.full_like(pixels, 255)
    return Ink(
        sequence=sequence,
        captured_at=now_s,
        live=paper,
        settled=pixels,
        live_mass=paper,
        mass=paper,
        mask=paper,
        hand=np.zeros(pixels.shape, np.bool_),
        sheet=None,
        bbox=None,
        coverage=0.0,
        events=tuple(InkEvent(name) for name in events),
    )


def find(drawing: int, scale: float = 0.9, x: float = 0.05, y: float = 0.05) -> Find:
    return Find(drawing, False, scale, np.array([x, y], np.float32), 0.0)


def drawn(shape: Gray, **place: float) -> Gray:
    return shapes.laid(shape, find(0, **place), SIDE)


def drawings(recalled: Recalled) -> list[int]:
    return [one.drawing for one in recalled.finds]


def test_recall_never_waits_and_shows_what_was_found_with_the_next_frame(table: Table) -> None:
    ink = drawn(shapes.house())
    first = table.see(ink)
    assert (first.picture.min(), first.finds) == (255, ())
    assert table.see(ink) is first
    table.beside.work()
    found = table.see(ink)
    assert drawings(found) == [HOUSE]
    assert (found.sequence, found.captured_at) == (table.sequence, table.now_s)
    near = cv2.erode(found.picture, np.ones((5, 5), np.uint8))
    assert (near[ink < 128] < 200).mean() > 0.95


def test_recall_leaves_a_line_across_the_drawing_out_once_it_is_found(table: Table) -> None:
    ink = drawn(shapes.house())
    ink[70:72, 40:76] = 0
    assert table.see(ink).ink is None
    left = table.rest(ink).ink
    assert left is not None
    assert not (left[68:74, 50:66] < 128).any()
    assert (left < 128).sum() > 0.7 * (ink < 128).sum()
    # A line far from it is not yet anybody's, and is drawn at once.
    grown = ink.copy()
    grown[2:4, 2:40] = 0
    grown_left = table.see(grown).ink
    assert grown_left is not None and (grown_left[2:4, 2:40] < 128).all()


def test_recall_nothing_changed_is_the_same_value_and_no_search(table: Table) -> None:
    ink = drawn(shapes.house())
    recalled = table.rest(ink)
    assert table.see(ink) is recalled
    assert table.see(ink.copy(), after_s=5) is recalled
    assert table.beside.waiting == 0


def test_recall_what_is_kept_is_compared_now_and_then_and_with_the_last_ink(table: Table) -> None:
    house = drawn(shapes.house())
    grown = [np.where(np.arange(SIDE)[:, None] < end, house, 255) for end in range(60, 91)]
    table.rest(grown[0].astype(np.uint8))
    searches = 0
    for ink in grown[1:]:  # one second
        table.see(ink.astype(np.uint8))
        searches += table.beside.waiting
        table.beside.work()
    assert searches == 1
    last = grown[-1].astype(np.uint8)
    for _ in range(31):
        table.see(last)
        searches += table.beside.waiting
        table.beside.work()
    assert searches == 2
    table.see(last, after_s=5)
    assert table.beside.waiting == 0


def test_recall_where_nothing_is_kept_every_ink_is_searched_at_once(table: Table) -> None:
    wave = drawn(shapes.wave())
    for end in range(40, 44):
        table.see(np.where(np.arange(SIDE) < end, wave, 255).astype(np.uint8), "sheet_in")
        assert table.beside.waiting == 1
        table.beside.work()


@pytest.mark.parametrize("pixels", [shapes.blank(SIDE), np.zeros((SIDE, SIDE), np.uint8)])
def test_recall_paper_and_full_black_are_paper(table: Table, pixels: Gray) -> None:
    assert table.rest(pixels).picture.min() == 255


def test_recall_one_dot_is_an_answer(table: Table) -> None:
    dot = shapes.blank(SIDE)
    dot[60:62, 60:62] = 0
    assert table.rest(dot).picture.shape == (SIDE, SIDE)


def test_recall_two_figures_are_recalled_apart_and_laid_in_one_picture(table: Table) -> None:
    house = drawn(shapes.house(), scale=0.42, x=0.04, y=0.04)
    ring = drawn(shapes.ring(), scale=0.42, x=0.54, y=0.54)
    together = table.rest(np.minimum(house, ring))
    assert sorted(drawings(together)) == [RING, HOUSE]
    assert together.picture[:64, :64].min() < 100
    assert together.picture[64:, 64:].min() < 100


def test_recall_second_figure_leaves_the_first_as_it_is(table: Table) -> None:
    house = drawn(shapes.house(), scale=0.42, x=0.04, y=0.04)
    alone = table.rest(house)
    both = table.rest(np.minimum(house, drawn(shapes.ring(), scale=0.42, x=0.54, y=0.54)))
    np.testing.assert_array_equal(both.picture[:60, :60], alone.picture[:60, :60])


def test_recall_sixteen_small_drawings_are_four_finds(table: Table) -> None:
    ink = shapes.blank(SIDE)
    for x in np.linspace(0.02, 0.77, 4):
        for y in np.linspace(0.02, 0.77, 4):
            ink = np.minimum(ink, drawn(shapes.house(), scale=0.2, x=x, y=y))
    recalled = table.rest(ink)
    assert len(recalled.finds) == 4
    assert table.see(ink) is recalled


def test_recall_other_drawing_fades_in_after_a_while(table: Table) -> None:
    part = drawn(shapes.house())
    part[70:] = 255
    before = table.rest(part)
    assert drawings(before) == [HOUSE]
    # The visitor goes on with a ring around it, which fits nothing of a house.
    ink = np.minimum(part, drawn(shapes.ring()))
    table.see(ink)
    table.beside.work()
    soon = table.see(ink)
    if drawings(soon) == [HOUSE]:
        assert drawings(table.see(ink, after_s=0.3)) == [HOUSE]
    assert len(drawings(table.rest(ink))) == 1


def test_recall_rubbed_out_and_drawn_anew_changes_at_once(table: Table) -> None:
    table.rest(drawn(shapes.house()))
    ink = drawn(shapes.ring())
    table.see(ink)
    table.beside.work()
    changed = table.see(ink)
    assert drawings(changed) == [RING]
    assert table.see(ink) is changed


def test_recall_rubbed_out_altogether_is_paper_at_once(table: Table) -> None:
    table.rest(drawn(shapes.house()))
    gone = table.see(shapes.blank(SIDE))
    assert (gone.picture.min(), gone.finds) == (255, ())


@pytest.mark.parametrize("event", ["sheet_in", "fresh_sheet", "sheet_out"])
def test_recall_another_sheet_keeps_nothing(table: Table, event: str) -> None:
    table.rest(drawn(shapes.house()))
    ink = drawn(shapes.ring())
    assert table.see(ink, event).finds == ()
    table.beside.work()
    assert drawings(table.see(ink)) == [RING]


def test_recall_search_for_the_sheet_before_is_dropped(table: Table) -> None:
    table.see(drawn(shapes.house()))
    table.see(shapes.blank(SIDE), "sheet_out")
    table.beside.work()
    assert table.see(shapes.blank(SIDE)).finds == ()


def test_recall_moved_ink_is_found_where_it_lies_with_the_next_search(table: Table) -> None:
    table.rest(drawn(shapes.house(), scale=0.5, x=0.02, y=0.02))
    ink = drawn(shapes.house(), scale=0.5, x=0.45, y=0.4)
    table.see(ink)
    table.beside.work()
    (found,) = table.see(ink).finds
    np.testing.assert_allclose(found.offset, (0.45, 0.4), atol=0.06)


def test_recall_handwriting_is_shown_as_it_is_written_and_not_searched(table: Table) -> None:
    rng = np.random.default_rng(0)
    strokes = placed_writing(["Edward"], "scripts", Placement(0.8), rng)
    ink = table_ink(strokes, SIDE, 1.5, 1.5)
    written = table.see(ink)
    assert written.finds == ()
    assert table.beside.waiting == 0
    assert np.corrcoef(written.picture.ravel(), ink.ravel())[0, 1] > 0.9


def test_recall_failed_search_is_not_hidden(table: Table) -> None:
    ink = drawn(shapes.house())
    table.see(ink)
    # Nothing is opened of another memory than the one that was searched.
    table.recaller._search.set_exception(RuntimeError("unreadable"))
    with pytest.raises(RuntimeError, match="unreadable"):
        table.see(ink)


def test_recall_live_ink_is_answered_when_asked_for(table: Table) -> None:
    table.recaller.configure("live")
    assert table.rest(drawn(shapes.house())).finds == ()


@pytest.fixture
def threaded(memory: Memory) -> Iterator[MemoryRecaller]:
    recaller = MemoryRecaller(memory, SIDE, "settled")
    yield recaller
    recaller.close()


def test_recall_with_its_own_thread_finds_and_closes(threaded: MemoryRecaller) -> None:
    ink = ink_of(drawn(shapes.house()), 1, 0.0)
    threaded.recall(ink)
    assert isinstance(threaded._beside, ThreadPoolExecutor)
    threaded.close()
    assert drawings(threaded.recall(ink)) == [HOUSE]
