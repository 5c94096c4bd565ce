"""A slow engine must see the newest frame, and a dead camera must be told, not waited for."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import numpy as np
import pytest

from exhibit.camera import CameraFaultError, Grabber
from exhibit.contract.errors import CameraError
from exhibit.contract.values import Frame
from tests.fakes.clock import FakeClock
from tests.patience import PATIENCE_S, wait_until

BLANK = np.zeros((4, 4), np.uint8)


class ScriptedCamera:
    """Gives what a test puts into it; `read` blocks until there is something."""

    def __init__(self) -> None:
        self.script: queue.Queue[Frame | CameraError] = queue.Queue()
        self.closed = False

    def read(self) -> Frame:
        item = self.script.get(timeout=PATIENCE_S)
        if isinstance(item, CameraError):
            raise item
        return item

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def camera() -> ScriptedCamera:
    return ScriptedCamera()


@pytest.fixture
def grabber(camera: ScriptedCamera, clock: FakeClock) -> Iterator[Grabber]:
    grabber = Grabber(camera, clock, max_age_s=0.5)
    grabber.start()
    yield grabber
    camera.script.put(CameraError("end of test"))
    grabber.close()
    wait_until(lambda: camera.closed, "the camera given back")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def _frame(sequence: int, clock: FakeClock) -> Frame:
    return Frame(sequence, clock(), BLANK)


def test_newest_after_three_frames_gives_the_last_and_counts_the_others(
    camera: ScriptedCamera, grabber: Grabber, clock: FakeClock
) -> None:
    for sequence in range(3):
        camera.script.put(_frame(sequence, clock))
    wait_until(lambda: grabber.captured == 3, "three frames captured")
    frame = grabber.newest(PATIENCE_S)
    assert frame is not None
    assert frame.sequence == 2
    assert (grabber.captured, grabber.dropped) == (3, 2)
    assert grabber.newest(0.0) is None


def test_newest_older_than_its_age_limit_is_none(
    camera: ScriptedCamera, grabber: Grabber, clock: FakeClock
) -> None:
    camera.script.put(_frame(0, clock))
    wait_until(lambda: grabber.captured == 1, "a frame captured")
    clock.advance(0.6)
    assert grabber.newest(0.0) is None
    assert grabber.dropped == 1


def test_fault_is_a_value_and_gone_with_the_next_frame(
    camera: ScriptedCamera, grabber: Grabber, clock: FakeClock
) -> None:
    camera.script.put(CameraFaultError("frozen", "the camera is frozen"))
    wait_until(lambda: grabber.fault, "the fault")
    fault = grabber.fault
    assert fault is not None
    assert (fault.kind, str(fault), fault.since) == ("frozen", "the camera is frozen", clock())
    assert grabber.newest(0.0) is None
    camera.script.put(_frame(1, clock))
    assert grabber.newest(PATIENCE_S) is not None
    assert grabber.fault is None
