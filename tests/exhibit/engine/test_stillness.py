"""A table at which nobody is must cost little, and must not sleep when somebody comes."""

from dataclasses import replace

import numpy as np
import pytest

from exhibit.contract.values import Frame
from exhibit.engine.stillness import Stillness

RATE_HZ = 30.0


def frames(seconds: float, begins_s: float = 0.0, seed: int = 1) -> list[Frame]:
    """An empty table with the noise of a sensor."""
    rng = np.random.default_rng(seed)
    shown = []
    for number in range(round(seconds * RATE_HZ)):
        noisy = np.clip(90 + rng.normal(0, 5, (240, 320)), 0, 255).astype(np.uint8)
        shown.append(Frame(number, begins_s + number / RATE_HZ, noisy))
    return shown


def skipped(stillness: Stillness, shown: list[Frame]) -> int:
    return sum(stillness.has_nothing_new(frame) for frame in shown)


@pytest.fixture
def asleep() -> Stillness:
    stillness = Stillness()
    assert skipped(stillness, frames(15.0)) == 0
    return stillness


def test_stillness_after_a_while_looks_at_one_frame_a_second(asleep: Stillness) -> None:
    still = frames(10.0, begins_s=15.0, seed=2)
    assert 0.9 * len(still) < skipped(asleep, still) <= len(still) - 9


def test_stillness_thin_line_wakes_it_with_the_first_frame_and_keeps_it_awake(
    asleep: Stillness,
) -> None:
    skipped(asleep, frames(2.0, begins_s=15.0, seed=2))
    with_line = []
    for frame in frames(10.0, begins_s=17.0, seed=3):
        pixels = frame.pixels.copy()
        pixels[50:70, 80] = 10
        with_line.append(replace(frame, pixels=pixels))
    assert not asleep.has_nothing_new(with_line[0])
    assert skipped(asleep, with_line[1:]) == 0


def test_stillness_slow_light_never_wakes_it(asleep: Stillness) -> None:
    slow = []
    for number, frame in enumerate(frames(20.0, begins_s=15.0, seed=4)):
        lighter = (frame.pixels + number // 60).astype(np.uint8)
        slow.append(replace(frame, pixels=lighter))
    assert skipped(asleep, slow) > 0.9 * len(slow)


def test_stillness_woken_begins_anew(asleep: Stillness) -> None:
    asleep.wake()
    assert skipped(asleep, frames(10.0, begins_s=15.0, seed=5)) == 0


def test_stillness_frames_of_another_size_are_looked_at(asleep: Stillness) -> None:
    frame = frames(0.1, begins_s=15.0)[0]
    assert not asleep.has_nothing_new(replace(frame, pixels=frame.pixels[:200]))
