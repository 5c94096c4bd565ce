"""A picture that takes several refreshes to draw must not be seen before it is whole."""

import numpy as np

from exhibit.stage.box import Box
from exhibit.stage.coming import Coming

ROWS = [Box(0, top, 4, top + 2) for top in (0, 2, 4)]


def ink(box: Box, window: np.ndarray) -> None:
    box.of(window)[...] = 0


def paper() -> np.ndarray:
    return np.full((6, 4), 255, np.uint8)


def test_coming_picture_is_whole_in_its_last_refresh_and_untouched_before() -> None:
    coming, target = Coming(paper(), 1.0, ROWS), paper()
    seen = []
    for _ in range(3):
        done = coming.draw(ink, target, most_px=8, spare=np.empty_like)
        seen.append((done, int(target.max())))
    assert seen == [(False, 255), (False, 255), (True, 0)]


def test_coming_picture_that_takes_one_refresh_needs_no_second_window() -> None:
    def spare(_: np.ndarray) -> np.ndarray:
        raise AssertionError("a second window was asked for")

    target = paper()
    assert Coming(paper(), 1.0, ROWS).draw(ink, target, most_px=24, spare=spare)
    assert target.max() == 0


def test_coming_picture_that_changes_nothing_is_there_at_once() -> None:
    target = paper()
    assert Coming(paper(), 1.0, []).draw(ink, target, most_px=1, spare=np.empty_like)
    assert target.min() == 255
