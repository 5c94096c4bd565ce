"""A table that has become slow says so while it is slow, however long it was quick before."""

from exhibit.stage.timings import Timings


def test_stage_that_became_slow_is_slow_lately_and_quick_on_the_whole() -> None:
    timings, now = Timings(), 0.0
    for _ in range(30_000):
        timings.show(now, None)
        now += 1 / 60
    for _ in range(1801):
        timings.show(now, None)
        now += 1 / 20
    status = timings.status(now)
    assert status["lately"]["fps"] == 20.0
    assert status["lately"]["stage_interval_ms"]["p99"] == 50.0
    assert status["stage_fps"] > 50
    assert status["stage_interval_ms"]["p50"] == 16.667
    assert status["frames"] == 31_800


def test_latency_of_a_dozen_and_a_few_pictures_is_enough_to_be_told() -> None:
    timings, now = Timings(), 100.0
    for _ in range(8000):
        timings.show(now, now - 0.06)
        now += 1 / 15
    for _ in range(14):
        timings.show(now, now - 0.9)
        now += 1
    status = timings.status(now)
    assert status["lately"]["camera_to_light_ms"]["p95"] == 900.0
    assert status["camera_to_light_ms"]["p95"] == 60.0
    assert status["pictures_shown"] == 8014


def test_before_the_first_frame_nothing_is_said() -> None:
    status = Timings().status(1.0)
    assert status["stage_fps"] is None and status["lately"]["fps"] is None
    assert status["camera_to_light_ms"] is None
