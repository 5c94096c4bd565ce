"""A camera that is unplugged must come back by itself, and never stop the loop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from exhibit.camera import Fault
from exhibit.camera.health import FROZEN_FRAMES
from exhibit.contract.errors import CameraError
from exhibit.contract.values import Frame
from exhibit.engine.camera_feed import (
    BACKOFF_MAX_S,
    BACKOFF_MIN_S,
    SILENT_AFTER_S,
    CameraFeed,
)
from tests.fakes.clock import FakeClock
from tests.patience import wait_until

FRAME = Frame(1, 0.0, np.zeros((2, 2), np.uint8))


class FakeCamera:
    """Has a name; the source beside it gives the frames."""

    name, simulated = "fake", False

    def read(self) -> Frame:
        return FRAME

    def close(self) -> None:
        """Nothing to release."""


class FakeSource:
    """Gives one frame on every call until it is told to fall silent or to fail."""

    def __init__(self) -> None:
        self.camera = FakeCamera()
        self.captured, self.dropped = 0, 0
        self.fault: Fault | None = None
        self.silent = self.closed = False

    def newest(self, timeout_s: float) -> Frame | None:
        if self.silent or self.fault:
            return None
        self.captured += 1
        return FRAME

    def close(self) -> None:
        self.closed = True


def _feed(
    clock: FakeClock,
    *outcomes: FakeSource | CameraError,
    is_there: Callable[[], bool] = lambda: True,
) -> CameraFeed:
    waiting = list(outcomes)

    def open_source() -> FakeSource:
        outcome = waiting.pop(0)
        if isinstance(outcome, CameraError):
            raise outcome
        return outcome

    return CameraFeed(open_source, clock, is_there)


def _look(feed: CameraFeed, until: Callable[[], object]) -> None:
    def reached() -> bool:
        if not until():
            feed.newest(timeout_s=0.05)
        return bool(until())

    wait_until(reached, "the feed gets there")


def test_feed_open_camera_gives_frames() -> None:
    feed = _feed(FakeClock(), FakeSource())
    _look(feed, lambda: feed.captured)
    assert feed.newest(0.1) is FRAME
    assert feed.fault is None


def test_feed_camera_that_does_not_open_is_tried_again_after_the_backoff() -> None:
    clock = FakeClock()
    feed = _feed(clock, CameraError("/dev/video0: not found"), FakeSource())
    _look(feed, lambda: feed.fault)
    assert feed.fault == "/dev/video0: not found"
    assert feed.newest(0.0) is None
    clock.advance(BACKOFF_MIN_S)
    _look(feed, lambda: feed.captured)
    assert feed.fault is None


def test_feed_silent_camera_is_closed_and_opened_again() -> None:
    clock, first, second = FakeClock(), FakeSource(), FakeSource()
    feed = _feed(clock, first, second)
    _look(feed, lambda: feed.captured == 3)
    first.silent = True
    clock.advance(SILENT_AFTER_S + 0.1)
    assert feed.newest(0.0) is None
    assert first.closed
    assert feed.fault == "no frame for 2.5 s"
    clock.advance(BACKOFF_MIN_S)
    _look(feed, lambda: feed.captured > 3)
    assert feed.captured == 4


def test_feed_lost_camera_is_closed_at_once_and_says_why() -> None:
    first = FakeSource()
    feed = _feed(FakeClock(), first)
    _look(feed, lambda: feed.captured)
    first.fault = Fault("missing", "unplugged", 0.0)
    feed.newest(0.0)
    assert (first.closed, feed.fault) == (True, "unplugged")


def test_feed_frozen_camera_is_believed_once_it_moves_for_longer_than_it_takes_to_see() -> None:
    clock, first, second = FakeClock(), FakeSource(), FakeSource()
    feed = _feed(clock, first, second)
    _look(feed, lambda: feed.captured)
    first.fault = Fault("frozen", "30 identical frames", 0.0)
    feed.newest(0.0)
    clock.advance(BACKOFF_MIN_S)
    _look(feed, lambda: second.captured == FROZEN_FRAMES)
    assert feed.fault == "30 identical frames"
    second.fault = Fault("frozen", "30 identical frames", 0.0)
    feed.newest(0.0)
    clock.advance(BACKOFF_MIN_S)
    # It has not been well in between: the next attempt comes later than the first one did.
    assert feed.newest(0.0) is None
    assert feed._opening is None


def test_feed_camera_that_was_frozen_and_moves_again_is_well() -> None:
    clock, first, second = FakeClock(), FakeSource(), FakeSource()
    feed = _feed(clock, first, second)
    _look(feed, lambda: feed.captured)
    first.fault = Fault("frozen", "30 identical frames", 0.0)
    feed.newest(0.0)
    clock.advance(BACKOFF_MIN_S)
    _look(feed, lambda: second.captured == 2 * FROZEN_FRAMES)
    assert feed.fault is None


def test_feed_camera_that_is_plugged_in_again_is_opened_at_once() -> None:
    clock, there, first = FakeClock(), [False], FakeSource()
    missing = [CameraError("/dev/video0 is not there") for _ in range(3)]
    feed = _feed(clock, *missing, first, is_there=lambda: there[0])
    for _ in missing:
        _look(feed, lambda: feed.fault and feed._opening is None)
        feed.newest(0.0)
        clock.advance(BACKOFF_MAX_S)
        feed.newest(0.0)
    _look(feed, lambda: feed._opening is None)
    feed.newest(0.0)
    there[0] = True
    _look(feed, lambda: feed.captured)
    assert feed.fault is None


def test_feed_black_camera_is_watched_until_it_sees_again() -> None:
    clock, only = FakeClock(), FakeSource()
    feed = _feed(clock, only)
    _look(feed, lambda: feed.captured)
    only.fault = Fault("black", "lens covered", 0.0)
    clock.advance(SILENT_AFTER_S + 0.1)
    assert feed.newest(0.0) is None
    assert (only.closed, feed.fault) == (False, "lens covered")
    only.fault = None
    assert feed.newest(0.0) is FRAME
    assert feed.fault is None
