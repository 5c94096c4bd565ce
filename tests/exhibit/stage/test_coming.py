"""A picture that takes several refreshes to draw must not be seen before it is whole."""

import numpy as np
import pytest

from exhibit.stage.box import Box
from exhibit.stage.coming import Coming, Spare

ROWS = [Box(0, top, 4, top + 2) for top in (0, 2, 4)]


def ink(box: Box, window: np.ndarray) -> None:
    box.of(window)[...] = 0


def paper() -> np.ndarray:
    return np.full((6, 4), 255, np.uint8)


def test_coming_picture_is_whole_in_its_last_refresh_and_untouched_before() -> None:
    coming, target = Coming(paper(), 1.0, ROWS), paper()
    for _ in range(2):
        assert coming.draw(ink, target, most_px=8, spare=Spare()) is None
    window = coming.draw(ink, target, most_px=8, spare=Spare())
    assert window is not None
    assert (window.max(), target.min()) == (0, 255)


def test_coming_picture_that_takes_one_refresh_needs_no_second_window() -> None:
    target = paper()
    window = Coming(paper(), 1.0, ROWS).draw(ink, target, most_px=24, spare=Spare())
    assert window is target
    assert target.max() == 0


def test_coming_picture_that_changes_nothing_is_there_at_once() -> None:
    target = paper()
    assert Coming(paper(), 1.0, []).draw(ink, target, most_px=1, spare=Spare()) is target
    assert target.min() == 255


@pytest.mark.parametrize("seed", range(20))
def test_coming_pictures_that_change_places_leave_nothing_of_those_before(seed: int) -> None:
    """Pictures in one refresh and in several, whole ones and abandoned ones, in any order."""
    random, spare, target = np.random.default_rng(seed), Spare(), paper()
    expected = paper()
    for number in range(40):
        rows = sorted(random.choice(6, 2, replace=False).tolist())
        boxes = [Box(0, row, 4, row + 1) for row in range(*rows)]

        def draw(box: Box, window: np.ndarray, grey: int = number) -> None:
            box.of(window)[...] = grey

        coming = Coming(paper(), 1.0, boxes)
        for _ in range(random.integers(1, 7)):
            window = coming.draw(draw, target, int(random.choice([4, 24])), spare)
            if window is not None:
                target = window
                for box in boxes:
                    draw(box, expected)
                break
        assert np.array_equal(target, expected)


@pytest.mark.parametrize("began_large", [True, False])
def test_spare_remembers_no_more_for_every_picture_that_needs_no_second_window(
    began_large: bool,
) -> None:
    """Hundreds a minute are drawn in one refresh, for months."""
    spare, target, large = Spare(), np.full((600, 4), 255, np.uint8), paper()
    if began_large:
        coming = Coming(large, 1.0, [Box(0, 0, 4, 300), Box(0, 300, 4, 600)])
        assert coming.draw(ink, target, 1200, spare) is None
        window = coming.draw(ink, target, 1200, spare)
        assert window is not None
        target = window
    for number in range(500):
        top = 7 * number % 590
        Coming(large, 1.0, [Box(0, top, 4, top + 1)]).draw(ink, target, 2400, spare)
    assert len(spare._differ) <= 8
