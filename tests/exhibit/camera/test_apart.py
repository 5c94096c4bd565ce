"""A driver that hangs must cost its own process alone. Real processes, really killed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from exhibit.camera.apart import CameraApart, CameraOpener
from exhibit.contract.errors import CameraError
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Frame
from exhibit.engine.camera_feed import CameraFeed
from tests.patience import PATIENCE_S, wait_until

Opener = Callable[..., CameraOpener]


@pytest.fixture
def opener(tmp_path: Path) -> Iterator[Opener]:
    def make(source: str, **given: object) -> CameraOpener:
        config = CameraConfig(source=source)
        return CameraOpener(config, tmp_path, "tests.fakes.hanging_camera", **given)  # type: ignore[arg-type]

    yield make
    for child in psutil.Process().children():
        child.kill()


def _frame(camera: CameraApart) -> Frame:
    frame = camera.newest(PATIENCE_S)
    assert frame is not None
    return frame


def test_camera_apart_gives_the_newest_frame_once_and_counts(opener: Opener) -> None:
    camera = opener("steady")()
    assert (camera.name, camera.simulated) == ("hanging steady", False)
    first, second = _frame(camera), _frame(camera)
    assert second.sequence > first.sequence
    assert second.pixels[0, 0] == second.sequence % 256
    assert not second.pixels.flags.writeable
    assert camera.captured - camera.dropped == 2
    wait_until(lambda: camera.mismatches, "what the camera refused")
    assert camera.mismatches == ("gain: asked 3, got 4",)
    camera.close()
    assert not list(camera._run_dir.glob("camera-*"))


def test_camera_apart_frames_of_another_size_are_taken(opener: Opener) -> None:
    camera = opener("changing")()
    sides: set[int] = set()
    wait_until(lambda: sides.add(_frame(camera).pixels.shape[0]) or len(sides) == 2, "both sizes")
    camera.close()


def test_camera_apart_outlives_the_thread_that_opened_it_and_ends_with_its_reader(
    opener: Opener,
) -> None:
    opened: list[CameraApart] = []
    thread = threading.Thread(target=lambda: opened.append(opener("steady")()))
    thread.start()
    thread.join()
    (camera,) = opened
    for _ in range(20):
        _frame(camera)
    assert camera._process.poll() is None
    assert camera._process.stdin is not None
    camera._process.stdin.close()  # as when this process ends
    assert camera._process.wait(PATIENCE_S) == 0
    camera.close()


def test_camera_apart_fault_is_told_and_the_process_goes_on(opener: Opener) -> None:
    camera = opener("black")()
    wait_until(lambda: camera.fault, "the fault")
    assert camera.fault is not None
    assert (camera.fault.kind, camera.fault.detail) == ("black", "it is black")
    assert camera._process.poll() is None
    camera.close()


def test_camera_opener_driver_that_hangs_on_opening_is_killed(opener: Opener) -> None:
    with pytest.raises(CameraError, match="did not open within"):
        opener("opening", opens_within_s=0.5)()
    assert not psutil.Process().children()


@pytest.mark.parametrize("how", ["hangs", "stopped", "killed"])
def test_camera_feed_opens_a_camera_again_whose_process_is_no_more(
    opener: Opener, how: str
) -> None:
    feed = CameraFeed(opener("reading" if how == "hangs" else "steady"))
    try:
        wait_until(lambda: feed.newest(0.05), "a frame")
        (child,) = psutil.Process().children()
        if how != "hangs":
            for _ in range(20):
                wait_until(lambda: feed.newest(0.05), "frames of the same process")
            assert psutil.Process().children() == [child]
        if how != "hangs":
            os.kill(child.pid, signal.SIGSTOP if how == "stopped" else signal.SIGKILL)
        wait_until(lambda: feed.newest(0.05) is None and feed.fault, "the loss")
        wait_until(lambda: feed.newest(0.05), "a frame of another process")
        (other,) = psutil.Process().children()
        assert other.pid != child.pid
        assert feed.fault is None
    finally:
        feed.close()


def test_camera_opener_processes_that_cannot_be_killed_do_not_pile_up(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They hang in the kernel, where no signal reaches them; stopped ones notice nothing either."""
    again = opener("opening", opens_within_s=0.2)
    with monkeypatch.context() as patched:
        patched.setattr("exhibit.camera.apart._GONE_WITHIN_S", 0.05)
        patched.setattr(
            "subprocess.Popen.kill", lambda process: os.kill(process.pid, signal.SIGSTOP)
        )
        for _ in range(2):
            with pytest.raises(CameraError, match="did not open within"):
                again()
        with pytest.raises(CameraError, match="hangs in its driver"):
            again()
    children = psutil.Process().children()
    assert len(children) == 2
    for child in children:
        child.kill()
        child.wait()
    with pytest.raises(CameraError, match="did not open within"):
        again()


def test_camera_opener_camera_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="/dev/video77 is not there"):
        CameraOpener(CameraConfig(source="/dev/video77"), tmp_path)()
