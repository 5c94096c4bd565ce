import cv2
import numpy as np
import pytest

from exhibit.contract.values import Gray
from exhibit.recall.groups import MOST_GROUPS, figures_on, group
from tests.exhibit.recall import shapes


def circles(*circles: tuple[int, int, int], side: int = 256) -> Gray:
    ink = shapes.blank(side)
    for x, y, radius in circles:
        cv2.circle(ink, (x, y), radius, 0, 3, cv2.LINE_AA)
    return ink


def test_group_blank_has_none() -> None:
    assert group(shapes.blank(128)) == ()


def test_group_single_dot_is_one() -> None:
    ink = shapes.blank(128)
    ink[60:62, 60:62] = 0
    (only,) = group(ink)
    np.testing.assert_array_equal(only.ink, ink)
    np.testing.assert_allclose(only.box, (60 / 128, 60 / 128, 62 / 128, 62 / 128), atol=1 / 128)


def test_group_face_is_one_though_its_parts_do_not_touch() -> None:
    assert len(group(circles((128, 128, 100), (90, 100, 12), (166, 100, 12)))) == 1


@pytest.mark.parametrize("side", [96, 128, 256])
def test_group_two_figures_are_apart_and_lose_no_ink(side: int) -> None:
    whole = circles((70, 70, 50), (190, 180, 40))
    ink = np.asarray(cv2.resize(whole, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
    first, second = group(ink)
    assert first.box[2] - first.box[0] > second.box[2] - second.box[0]
    np.testing.assert_array_equal(np.minimum(first.ink, second.ink), ink)
    assert np.maximum(first.ink, second.ink).min() > 250


def test_group_speck_joins_what_is_nearest() -> None:
    groups = group(circles((60, 128, 40), (200, 128, 30), (145, 128, 2)))
    assert sorted(round(one.box[0], 1) for one in groups) == [0.1, 0.5]


def test_group_sixteen_drawings_are_apart_with_all_of_the_ink() -> None:
    ink = circles(*((x, y, 20) for x in range(32, 256, 64) for y in range(32, 256, 64)))
    groups = group(ink)
    assert len(groups) == 16
    np.testing.assert_array_equal(np.minimum.reduce([one.ink for one in groups]), ink)


def test_group_more_than_sixteen_are_joined_with_their_neighbours() -> None:
    ink = shapes.blank(1000)
    for x in range(60, 940, 115):
        for y in range(60, 900, 300):
            cv2.rectangle(ink, (x, y), (x + 20, y + 200), 0, 6)
    groups = group(ink)
    assert len(groups) == MOST_GROUPS
    assert max(one.box[2] - one.box[0] for one in groups) < 0.6
    np.testing.assert_array_equal(np.minimum.reduce([one.ink for one in groups]), ink)


def test_group_full_black_is_one() -> None:
    assert len(group(np.zeros((128, 128), np.uint8))) == 1


@pytest.mark.parametrize("word", ["Ida", "Ben", "Tom"])
def test_figures_on_a_sheet_with_one_word_in_large_letters_are_one(word: str) -> None:
    pytest.importorskip("HersheyFonts")
    from models.sketches.framing import Placement
    from models.sketches.raster import table_ink
    from models.sketches.writing import placed_writing

    rng = np.random.default_rng(0)
    strokes = placed_writing([word], "futural", Placement(extent=0.85), rng)
    ink = table_ink(strokes, 256, 3.0, 3.0)
    (only,) = figures_on(ink)
    np.testing.assert_array_equal(only.ink, ink)


def test_figures_on_a_sheet_with_several_drawings_are_as_many() -> None:
    ink = circles((60, 60, 40), (196, 190, 44))
    assert len(figures_on(ink)) == len(group(ink)) == 2
