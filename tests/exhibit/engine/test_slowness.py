"""A table that answers after seconds must say so, and one that was late once must not."""

from exhibit.engine.slowness import Slowness


def _told(*seconds: float) -> str:
    slowness = Slowness()
    for each in seconds:
        slowness.took(each)
    return slowness.told


def test_slowness_of_pictures_that_take_too_long_is_told_with_how_long() -> None:
    assert _told(0.1, *[1.6] * 5) == "1.6 s"


def test_slowness_one_late_picture_is_none() -> None:
    assert _told(0.1, 0.1, 9.0, 0.1, 0.1, 9.0) == ""


def test_slowness_is_over_well_below_where_it_began() -> None:
    assert _told(*[1.2] * 5, *[0.9] * 5) == "0.9 s"
    assert _told(*[1.2] * 5, *[0.6] * 5) == ""


def test_slowness_is_nobodys_business_once_nobody_draws() -> None:
    slowness = Slowness()
    for _ in range(5):
        slowness.took(2.0)
    slowness.rest()
    assert slowness.told == ""
