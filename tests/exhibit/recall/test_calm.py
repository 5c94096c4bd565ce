import numpy as np
import pytest

from exhibit.contract.values import Find
from exhibit.recall.calm import Choice, Fade, is_same


def find(drawing: int, score: float, x: float = 0.1, scale: float = 0.8) -> Find:
    return Find(drawing, False, scale, np.array([x, 0.1], np.float32), score)


def test_choice_first_find_is_shown_at_once() -> None:
    choice = Choice()
    choice.consider([find(1, 0.5)])
    assert choice.at(0.0).drawing == 1


def test_choice_what_hardly_fits_is_no_find() -> None:
    choice = Choice()
    choice.consider([find(1, 0.09)])
    assert choice.at(0.0) is None


def test_choice_slightly_better_drawing_never_takes_its_place() -> None:
    choice = Choice()
    choice.consider([find(1, 0.5)])
    choice.consider([find(2, 0.6), find(1, 0.5)])
    assert [choice.at(now).drawing for now in (0.0, 1.0, 9.0)] == [1, 1, 1]


def test_choice_much_better_drawing_takes_its_place_after_a_while() -> None:
    choice = Choice()
    choice.consider([find(1, 0.4)])
    choice.consider([find(2, 0.9), find(1, 0.3)])
    assert [choice.at(now).drawing for now in (5.0, 5.5, 5.7, 5.8)] == [1, 1, 2, 2]


def test_choice_drawing_that_is_better_for_a_moment_is_forgotten() -> None:
    choice = Choice()
    choice.consider([find(1, 0.4)])
    choice.consider([find(2, 0.9), find(1, 0.3)])
    assert choice.at(5.0).drawing == 1
    choice.consider([find(1, 0.6), find(2, 0.5)])
    assert choice.at(5.5).drawing == 1
    choice.consider([find(2, 0.9), find(1, 0.3)])
    assert choice.at(5.7).drawing == 1


def test_choice_drawing_that_no_longer_fits_gives_way_to_any() -> None:
    choice = Choice()
    choice.consider([find(1, 0.5)])
    choice.consider([find(2, 0.12), find(1, 0.09)])
    assert choice.at(0.0).drawing == 1
    assert choice.at(1.0).drawing == 2


def test_choice_released_takes_the_best_at_once() -> None:
    choice = Choice()
    choice.consider([find(1, 0.5)])
    choice.release()
    choice.consider([find(2, 0.51), find(1, 0.5)])
    assert choice.at(0.0).drawing == 2


def test_choice_is_looked_at_again_at_once_soon_or_later() -> None:
    choice = Choice()
    assert choice.look_after_s == 0
    choice.consider([find(1, 0.4)])
    kept = choice.look_after_s
    choice.consider([find(2, 0.9), find(1, 0.3)])
    beaten = choice.look_after_s
    choice.at(5.0)
    # A rival for a moment is told: it is looked at twice before it takes the place.
    assert choice.at(5.0 + 1.9 * beaten).drawing == 1
    assert 0 < beaten < kept <= 1
    choice.release()
    assert choice.look_after_s == 0


def test_choice_nothing_fits_any_more_shows_nothing_after_a_while() -> None:
    choice = Choice()
    choice.consider([find(1, 0.5)])
    choice.consider([])
    assert choice.at(0.0) is not None
    assert choice.at(1.0) is None


def test_choice_same_drawing_in_about_one_place_stays_where_it_lies() -> None:
    choice = Choice()
    first = find(1, 0.5)
    choice.consider([first])
    choice.consider([find(1, 0.9, x=0.15)])
    assert choice.at(0.0) is first
    assert choice.at(9.0) is first


def test_choice_same_drawing_that_fits_elsewhere_moves_after_a_while() -> None:
    choice = Choice()
    choice.consider([find(1, 0.5)])
    elsewhere = find(1, 0.9, x=0.5)
    choice.consider([elsewhere])
    assert choice.at(0.0) is not elsewhere
    assert choice.at(1.0) is elsewhere


@pytest.mark.parametrize(
    "other",
    [find(2, 1), find(1, 1, x=0.3), find(1, 1, scale=0.5), Find(1, True, 0.8, np.zeros(2), 1)],
)
def test_is_same_other_drawing_place_size_or_hand_is_another(other: Find) -> None:
    assert not is_same(other, find(1, 1))


def test_fade_goes_evenly_and_ends_with_the_new_picture_itself() -> None:
    before, after = np.full((4, 4), 255, np.uint8), np.zeros((4, 4), np.uint8)
    fade = Fade()
    fade.start(before, 10.0)
    greys = [int(fade.towards(after, now)[0, 0]) for now in (10.0, 10.125, 10.25, 10.375)]
    assert greys == pytest.approx([255, 191, 127, 64], abs=1)
    assert fade.towards(after, 10.5) is after
    assert fade.towards(before, 10.6) is before


def test_fade_stopped_shows_the_new_at_once() -> None:
    fade, after = Fade(), np.zeros((4, 4), np.uint8)
    fade.start(np.full((4, 4), 255, np.uint8), 10.0)
    fade.stop()
    assert fade.towards(after, 10.1) is after
