"""Nobody prints for ever: not a token that lies, not a fader, not a finger on the button."""

import numpy as np
import pytest

from exhibit.contract.settings.taking_home import TakehomeConfig
from exhibit.takehome.allowance import Allowance
from tests.fakes.clock import FakeClock

CONFIG = TakehomeConfig(pause_s=30, most_an_hour=3)
INK = np.full((8, 8), 255, np.uint8)


def _drawn(number: int) -> np.ndarray:
    ink = INK.copy()
    ink[number // 8, number % 8] = 0
    return ink


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_allowance_token_that_lies_takes_one_drawing_home_once(clock: FakeClock) -> None:
    allowance = Allowance(clock)
    allowance.take(_drawn(1))
    for _ in range(100):
        clock.advance(60.0)
        assert allowance.refuse(_drawn(1), "token 3", CONFIG) == "same"
    assert allowance.refuse(_drawn(2), "token 3", CONFIG) is None


def test_allowance_person_may_have_a_second_copy_after_the_pause(clock: FakeClock) -> None:
    allowance = Allowance(clock)
    allowance.take(_drawn(1))
    assert allowance.refuse(_drawn(1), "page", CONFIG) == "too_soon"
    clock.advance(30.0)
    assert allowance.refuse(_drawn(1), "page", CONFIG) is None


def test_allowance_used_up_within_the_hour_is_back_after_it(clock: FakeClock) -> None:
    allowance = Allowance(clock)
    for number in range(3):
        clock.advance(60.0)
        assert allowance.refuse(_drawn(number), "token 3", CONFIG) is None
        allowance.take(_drawn(number))
    clock.advance(60.0)
    assert allowance.refuse(_drawn(9), "page", CONFIG) == "too_many"
    assert allowance.is_used_up(CONFIG)
    clock.advance(3600.0 - 3 * 60.0)
    assert allowance.refuse(_drawn(9), "page", CONFIG) is None
