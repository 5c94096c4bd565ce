import numpy as np
import pytest

from exhibit.stage.box import Box
from exhibit.stage.fade import Fade


def even(grey: int) -> np.ndarray:
    return np.full((4, 6), grey, np.uint8)


def test_fade_interrupted_goes_on_from_what_is_shown() -> None:
    fade = Fade(even(0))
    fade.start(even(200), now=10.0, duration_s=1.0)
    assert fade.blend(10.5)[0, 0] == 100
    fade.start(even(0), now=10.5, duration_s=1.0)
    assert fade.blend(10.5)[0, 0] == 100
    assert fade.blend(11.0)[0, 0] == 50
    assert fade.blend(11.6)[0, 0] == 0


def test_fade_started_twice_in_a_refresh_goes_on_from_what_is_shown() -> None:
    fade = Fade(even(0))
    fade.start(even(255), now=1.0, duration_s=1.0)
    fade.blend(2.0)
    fade.start(even(0), now=2.0, duration_s=1.0)
    fade.start(np.full((4, 6, 3), 0, np.uint8), now=2.0, duration_s=1.0)
    assert fade.blend(2.1)[0, 0].tolist() == [230, 230, 230]


def test_fade_fed_faster_than_it_lasts_still_arrives() -> None:
    fade, now = Fade(even(0)), 0.0
    for _ in range(60):
        fade.start(even(200), now, duration_s=0.25)
        now += 0.033
        shown = fade.blend(now)[0, 0]
    assert shown > 190


def test_fade_of_no_duration_shows_the_picture_at_once() -> None:
    fade = Fade(even(0))
    fade.start(even(200), now=5.0, duration_s=0.0)
    assert fade.blend(5.0)[0, 0] == 200
    assert fade.share == 1


def test_fade_contributes_only_once_a_pixel_can_change() -> None:
    fade = Fade(even(0))
    fade.start(even(255), now=0.0, duration_s=10.0)
    fade.blend(0.01)
    assert not fade.contributes
    fade.blend(0.05)
    assert fade.contributes


def test_fade_from_grey_to_colour_and_back_keeps_the_shown_light() -> None:
    fade = Fade(even(100))
    colour = np.dstack([even(200), even(100), even(0)])
    fade.start(colour, now=0.0, duration_s=1.0)
    assert fade.blend(0.5)[0, 0].tolist() == [150, 100, 50]
    fade.start(even(100), now=0.5, duration_s=1.0)
    assert fade.blend(0.5)[0, 0].tolist() == [150, 100, 50]
    assert fade.blend(2.0)[0, 0].tolist() == [100, 100, 100]


def test_fade_of_a_part_blends_that_part_alone_and_the_parts_it_has_not_finished() -> None:
    fade = Fade(even(200))
    first = even(200)
    first[0, 0] = 0
    fade.start(first, now=0.0, duration_s=1.0, boxes=[Box(0, 0, 1, 1)])
    assert fade.blend(0.5)[0, 0] == 100
    assert fade.boxes == [Box(0, 0, 1, 1)]
    second = first.copy()
    second[3, 5] = 0
    fade.start(second, now=0.5, duration_s=1.0, boxes=[Box(5, 3, 6, 4)])
    shown = fade.blend(1.0)
    assert (shown[0, 0], shown[3, 5], shown[1, 1]) == (50, 100, 200)
    assert np.array_equal(fade.blend(2.0), second)
    third = second.copy()
    third[1, 1] = 0
    fade.start(third, now=3.0, duration_s=1.0, boxes=[Box(1, 1, 2, 2)])
    assert fade.boxes == [Box(1, 1, 2, 2)]
    assert np.array_equal(fade.blend(4.0), third)


@pytest.mark.parametrize("seed", range(20))
def test_fades_that_change_places_leave_nothing_of_those_before(seed: int) -> None:
    """Parts in any order, cut short or not, begun twice or not, beside a fade of all of it."""
    random = np.random.default_rng(seed)
    target = even(200)
    partly, whole, now = Fade(target.copy()), Fade(target.copy()), 0.0
    for _ in range(60):
        left, top = random.integers(0, 5), random.integers(0, 3)
        box = Box(int(left), int(top), int(left + random.integers(1, 3)), int(top + 1))
        target = target.copy()
        box.of(target)[...] = random.integers(0, 256)
        duration_s = float(random.choice([0.0, 0.5, 1.0]))
        partly.start(target.copy(), now, duration_s, boxes=[box])
        whole.start(target.copy(), now, duration_s)
        for _ in range(random.integers(0, 4)):
            now += 0.3
            shown = partly.blend(now).astype(int)
            assert np.abs(shown - whole.blend(now)).max() <= 1
