import numpy as np
import pytest

from exhibit.stage.box import Box, box_of, changed_box, changed_boxes, merged


def test_changed_box_is_the_smallest_around_all_that_differs() -> None:
    before = np.full((8, 10), 255, np.uint8)
    after = before.copy()
    after[2, 3] = after[5, 7] = 0
    assert changed_box(before, after) == Box(3, 2, 8, 6)
    assert changed_box(before, before).is_empty


def test_changed_box_of_colours_sees_every_channel() -> None:
    before = np.zeros((4, 4, 3), np.uint8)
    after = before.copy()
    after[1, 2, 2] = 9
    assert changed_box(before, after) == Box(2, 1, 3, 2)


def test_box_of_an_array_is_all_of_it_and_gives_a_view() -> None:
    pixels = np.zeros((3, 5, 3), np.uint8)
    assert box_of(pixels) == Box(0, 0, 5, 3)
    Box(1, 1, 3, 2).of(pixels)[...] = 7
    assert pixels.sum() == 7 * 2 * 3


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (Box(0, 0, 2, 2), Box(5, 1, 6, 9), Box(0, 0, 6, 9)),
        (Box(4, 4, 4, 4), Box(5, 1, 6, 9), Box(5, 1, 6, 9)),
        (Box(5, 1, 6, 9), Box(4, 4, 4, 4), Box(5, 1, 6, 9)),
    ],
)
def test_joined_holds_both_and_nothing_of_an_empty_one(one: Box, other: Box, joined: Box) -> None:
    assert one.joined(other) == joined


def test_on_steps_never_loses_a_pixel() -> None:
    assert Box(3, 4, 9, 12).on_steps(4) == Box(0, 4, 12, 12)


def test_within_another_that_lies_elsewhere_is_empty() -> None:
    assert Box(0, 0, 4, 4).within(Box(6, 0, 9, 9)).is_empty


def test_changed_boxes_of_places_far_apart_are_boxes_of_their_own() -> None:
    before = np.full((200, 300), 255, np.uint8)
    after = before.copy()
    after[10:12, 20:40] = after[150, 270] = 0
    assert changed_boxes(before, after) == [Box(20, 10, 40, 12), Box(270, 150, 271, 151)]
    assert changed_boxes(before, before) == []


def test_changed_boxes_of_colours_hold_all_that_differs_and_are_few() -> None:
    random = np.random.default_rng(1)
    before = np.zeros((123, 211, 3), np.uint8)
    for changes in (1, 5, 40, 2000):
        after = before.copy()
        after[random.integers(0, 123, changes), random.integers(0, 211, changes), 1] = 9
        boxes, covered = changed_boxes(before, after), before.copy()
        for box in boxes:
            box.of(covered)[...] = box.of(after)
        assert np.array_equal(covered, after)
        assert len(boxes) <= 6


@pytest.mark.parametrize("pieces", [1, 2, 3, 7, 50])
def test_cut_holds_every_row_once(pieces: int) -> None:
    cut = Box(2, 3, 9, 23).cut(pieces)
    assert len(cut) <= pieces
    rows = [row for box in cut for row in range(box.top, box.bottom)]
    assert rows == list(range(3, 23))
    assert Box(2, 3, 9, 3).cut(pieces) == []


def test_merged_joins_what_overlaps_and_keeps_apart_what_does_not() -> None:
    one, over_it, other = Box(0, 0, 10, 10), Box(2, 0, 12, 10), Box(80, 80, 90, 90)
    assert merged([one, other, over_it]) == [other, Box(0, 0, 12, 10)]
