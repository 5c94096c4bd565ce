import numpy as np
import pytest

from exhibit.contract.values import Find
from exhibit.recall import Memory
from tests.exhibit.recall import shapes

DRAWINGS = (shapes.ring(), shapes.house(), shapes.wave(), shapes.hatching())
RING, HOUSE, WAVE, HATCHING = range(4)


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory.of(DRAWINGS)


def at(
    drawing: int, mirrored: bool = False, scale: float = 0.9, x: float = 0.05, y: float = 0.05
) -> Find:
    return Find(drawing, mirrored, scale, np.array([x, y], np.float32), 0.0)


PLACES = [
    at(RING),
    at(HOUSE),
    at(WAVE),
    at(HOUSE, mirrored=True),
    at(WAVE, mirrored=True, scale=0.6, x=0.35, y=0.3),
    at(RING, scale=0.4, x=0.55, y=0.05),
    at(HOUSE, mirrored=True, scale=0.4, x=0.1, y=0.55),
    at(RING, scale=1.2, x=-0.1, y=-0.1),
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("side", [128, 256])
def test_search_drawing_laid_anywhere_is_found_there(
    memory: Memory, place: Find, side: int
) -> None:
    best = memory.search(shapes.laid(DRAWINGS[place.drawing], place, side))[0]
    assert (best.drawing, best.mirrored) == (place.drawing, place.mirrored)
    assert best.scale == pytest.approx(place.scale, rel=0.13)
    middle = best.offset + best.scale / 2
    np.testing.assert_allclose(middle, place.offset + place.scale / 2, atol=0.03)
    assert best.score > 0.6


def test_search_blank_ink_finds_nothing(memory: Memory) -> None:
    assert memory.search(shapes.blank(128)) == []


def test_search_part_of_a_drawing_is_found_where_the_whole_would_lie(memory: Memory) -> None:
    ink = shapes.laid(shapes.house(), at(HOUSE))
    ink[70:] = 255
    best = memory.search(ink)[0]
    assert best.drawing == HOUSE
    np.testing.assert_allclose(best.offset, (0.05, 0.05), atol=0.05)


def test_search_hatching_wins_over_nothing_that_fits(memory: Memory) -> None:
    for drawing in (RING, HOUSE, WAVE):
        finds = memory.search(shapes.laid(DRAWINGS[drawing], at(drawing)))
        hatched = [find.score for find in finds if find.drawing == HATCHING]
        assert all(score < 0.5 * finds[0].score for score in hatched)


def test_search_finds_are_sorted_and_different_drawings(memory: Memory) -> None:
    finds = memory.search(shapes.laid(shapes.ring(), at(RING)))
    scores = [find.score for find in finds]
    assert scores == sorted(scores, reverse=True)
    assert len({find.drawing for find in finds}) == len(finds)


def test_search_also_drawing_is_laid_again_however_badly_it_fits(memory: Memory) -> None:
    ink = shapes.laid(shapes.wave(), at(WAVE))
    finds = memory.search(ink, count=1, also=[at(HOUSE, scale=0.8)])
    assert [find.drawing for find in finds] == [WAVE, HOUSE]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_search_full_black_and_one_dot_are_answered(memory: Memory, share: float) -> None:
    ink = shapes.blank(128)
    ink[60:62, 60:62] = 0
    if share:
        ink[:] = 0
    assert all(np.isfinite(find.score) for find in memory.search(ink))


def test_search_nothing_fits_finds_nothing() -> None:
    memory = Memory.of([shapes.wave()])
    for drawing in (RING, HOUSE, HATCHING):
        assert memory.search(shapes.laid(DRAWINGS[drawing], at(drawing))) == []


def test_search_small_ink_gets_a_small_drawing_where_the_pen_is(memory: Memory) -> None:
    for x, y in [(0.05, 0.05), (0.6, 0.1), (0.1, 0.62), (0.6, 0.6)]:
        best = memory.search(shapes.laid(shapes.house(), at(HOUSE, scale=0.35, x=x, y=y)))[0]
        assert best.drawing == HOUSE and best.scale < 0.45
        np.testing.assert_allclose(best.offset, (x, y), atol=0.05)
