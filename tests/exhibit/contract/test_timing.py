"""Measurements of months must fit in bounded memory and be told as percentiles."""

from exhibit.contract.timing import Ring, StageTimes
from tests.fakes.clock import FakeClock


def test_ring_before_the_first_value_has_no_percentiles() -> None:
    assert Ring().percentiles() is None
    assert Ring().mean() is None


def test_ring_full_forgets_the_oldest() -> None:
    ring = Ring(capacity=4)
    for value in (1000.0, 1.0, 2.0, 3.0, 4.0):
        ring.add(value)
    assert ring.count == 5
    assert ring.percentiles() == {"p50": 2.5, "p95": 3.85, "p99": 3.97}
    assert ring.mean() == 2.5


def test_stage_times_measure_in_milliseconds_by_name() -> None:
    clock = FakeClock()
    times = StageTimes("ink", "encode", clock=clock)
    with times.measure("ink"):
        clock.advance(0.004)
    assert times.percentiles() == {"ink": {"p50": 4.0, "p95": 4.0, "p99": 4.0}}
