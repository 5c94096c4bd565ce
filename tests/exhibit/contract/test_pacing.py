import itertools

from exhibit.contract.pacing import Pacer
from tests.fakes.clock import FakeClock


def test_pacer_frames_are_equally_spaced_whatever_the_work() -> None:
    clock, shown = FakeClock(), []
    pacer = Pacer(50, clock, clock.advance)
    pacer.done()
    for work_s in (0.001, 0.015, 0.0, 0.019, 0.002):
        clock.advance(work_s)
        pacer.wait()
        shown.append(clock.now)
        pacer.done()
    gaps = [round(b - a, 9) for a, b in itertools.pairwise(shown)]
    assert gaps == [0.02] * 4


def test_pacer_after_a_stall_does_not_hurry_to_catch_up() -> None:
    clock, shown = FakeClock(), []
    pacer = Pacer(50, clock, clock.advance)
    for work_s in (0.0, 0.5, 0.0, 0.0, 0.0):
        clock.advance(work_s)
        pacer.wait()
        shown.append(clock.now)
        pacer.done()
    assert round(shown[1] - shown[0], 9) == 0.5
    assert [round(b - a, 9) for a, b in itertools.pairwise(shown[1:])] == [0.02] * 3


def test_pacer_lead_wakes_that_much_earlier() -> None:
    clock = FakeClock()
    pacer = Pacer(50, clock, clock.advance)
    pacer.done()
    pacer.wait(lead_s=0.005)
    assert round(pacer.due - clock.now, 9) == 0.005


def test_pacer_next_tick_comes_a_period_later_whatever_the_work() -> None:
    clock = FakeClock()
    pacer = Pacer(50, clock, clock.advance)
    ticks = []
    for work_s in (0.001, 0.015, 0.0, 0.019):
        clock.advance(work_s)
        ticks.append(pacer.next())
    assert [round(b - a, 9) for a, b in itertools.pairwise(ticks)] == [0.02] * 3


def test_pacer_next_tick_after_a_stall_is_now() -> None:
    clock = FakeClock()
    pacer = Pacer(10, clock, clock.advance)
    first = pacer.next()
    clock.advance(5.0)
    assert pacer.next() == clock() == first + 5.0
    assert round(pacer.next() - first, 9) == 5.1
