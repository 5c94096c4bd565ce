"""A light that dies is told, also where the first that was seen of the table was paper coming."""

import numpy as np

from exhibit.contract.values import InkEvent
from exhibit.ink.light_watch import LightWatch

SHAPE = (30, 40)
ALIVE, DEAD = 200, 132


def _watched(watch: LightWatch, levels: list[int]) -> list[InkEvent]:
    """Frames whose zone in row 2, column 2 has these levels; all others are alive."""
    told: list[InkEvent] = []
    for level in levels:
        pixels = np.full(SHAPE, ALIVE, np.uint8)
        pixels[10:20, 10:20] = level
        told += watch.step(pixels, np.ones(SHAPE, np.uint8))
    return told


def test_light_that_dies_and_comes_back_is_told_once_each() -> None:
    watch = LightWatch(False)
    assert _watched(watch, [ALIVE] * 40) == []
    where = "row 2 of 3, column 2 of 4"
    assert _watched(watch, [DEAD] * 40) == [InkEvent("light_fault", where)]
    assert _watched(watch, [ALIVE] * 10) == [InkEvent("light_back", where)]


def test_light_that_was_first_seen_while_paper_came_is_told_all_the_same() -> None:
    """Its reference was half of its light, and no light that died was ever darker than that."""
    watch = LightWatch(False)
    assert _watched(watch, [107] * 20 + [ALIVE] * 100) == []
    assert [event.name for event in _watched(watch, [DEAD] * 20)] == ["light_fault"]


def test_light_that_grows_brighter_later_leaves_the_reference_as_it_is() -> None:
    watch = LightWatch(False)
    _watched(watch, [ALIVE] * 400)
    _watched(watch, [255] * 100)
    assert _watched(watch, [165] * 40) == []
