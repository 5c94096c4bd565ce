"""What drivers do wrong, played by a fake in the place of cv2.VideoCapture."""

from __future__ import annotations

import logging
from typing import Any

import cv2
import numpy as np
import pytest

from exhibit.camera.controls import Capture
from exhibit.camera.faults import CameraFaultError
from exhibit.camera.v4l2 import RECHECK_S, V4L2Camera, find_cameras
from exhibit.contract.settings.camera import CameraConfig
from tests.fakes.clock import FakeClock

CONFIG = CameraConfig(exposure=80, gain=20)
DEVICE = "/dev/v4l/by-id/usb-Fake_Camera-video-index0"


class FakeCapture:
    """A device with noise; a test sets what it refuses and what it shows."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.opened = True
        self.silent = False
        self.corrupt = ""
        self.refused: dict[int, float] = {}
        self.settings: dict[int, float] = {}
        self.written: list[tuple[int, float]] = []
        self.level = 120
        self.size = (48, 64)
        self.noisy = True
        self.released = 0
        self.stamp_s: float | None = None
        self._rng = np.random.default_rng(0)

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.opened

    def grab(self) -> bool:
        self.clock.advance(1 / 30)
        return not self.silent

    def retrieve(self) -> tuple[bool, Any]:
        if self.corrupt == "nothing":
            return True, None
        if self.corrupt == "error":
            raise cv2.error("corrupt JPEG")
        noise = self._rng.integers(0, 3, self.size) if self.noisy else 0
        pixels = np.full(self.size, self.level, np.int64) + noise
        return True, cv2.cvtColor(pixels.clip(0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)

    def set(self, prop: int, value: float) -> bool:
        self.written.append((prop, value))
        self.settings[prop] = self.refused.get(prop, value)
        return True

    def get(self, prop: int) -> float:
        if prop == cv2.CAP_PROP_POS_MSEC:
            return 1000 * (self.clock() if self.stamp_s is None else self.stamp_s)
        return self.settings.get(prop, -1.0)

    def release(self) -> None:
        self.released += 1


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def capture(clock: FakeClock) -> FakeCapture:
    return FakeCapture(clock)


def _open(capture: FakeCapture, config: CameraConfig = CONFIG) -> V4L2Camera:
    def open_capture(path: str) -> Capture:
        assert path == DEVICE
        return capture

    return V4L2Camera(config, DEVICE, capture.clock, capture.clock.advance, open_capture)


def _read_until_fault(camera: V4L2Camera, most: int) -> tuple[int, CameraFaultError]:
    for count in range(most):
        try:
            camera.read()
        except CameraFaultError as fault:
            return count, fault
    raise AssertionError(f"no fault in {most} frames")


def test_open_exposure_goes_by_automatic_to_manual_to_the_value(capture: FakeCapture) -> None:
    _open(capture)
    exposure = {cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_EXPOSURE}
    assert [step for step in capture.written if step[0] in exposure] == [
        (cv2.CAP_PROP_AUTO_EXPOSURE, 3.0),
        (cv2.CAP_PROP_AUTO_EXPOSURE, 1.0),
        (cv2.CAP_PROP_EXPOSURE, 80.0),
    ]


def test_open_without_exposure_in_the_config_leaves_it_alone(capture: FakeCapture) -> None:
    _open(capture, CameraConfig())
    assert cv2.CAP_PROP_EXPOSURE not in capture.settings
    assert cv2.CAP_PROP_GAIN not in capture.settings


def test_open_setting_that_did_not_stay_is_named_with_both_values(capture: FakeCapture) -> None:
    capture.refused = {cv2.CAP_PROP_GAIN: 64.0, cv2.CAP_PROP_FRAME_WIDTH: 1280.0}
    camera = _open(capture)
    assert camera.mismatches == ("width: asked 640, got 1280", "gain: asked 20, got 64")


def test_open_setting_the_camera_lacks_is_no_mismatch_when_it_is_to_be_off(
    capture: FakeCapture,
) -> None:
    capture.refused = {cv2.CAP_PROP_AUTOFOCUS: -1.0}
    assert _open(capture).mismatches == ()


def test_open_device_that_does_not_open_is_given_back(capture: FakeCapture) -> None:
    capture.opened = False
    with pytest.raises(CameraFaultError, match="cannot be opened") as caught:
        _open(capture)
    assert caught.value.kind == "missing"
    assert capture.released == 1


def test_open_device_without_a_first_frame_is_given_back(capture: FakeCapture) -> None:
    capture.silent = True
    with pytest.raises(CameraFaultError, match="no frame for 2 s") as caught:
        _open(capture)
    assert caught.value.kind == "stalled"
    assert capture.released == 1


@pytest.mark.parametrize("corrupt", ["nothing", "error"])
def test_read_corrupt_pictures_only_are_a_fault_of_their_own(
    capture: FakeCapture, corrupt: str
) -> None:
    camera = _open(capture)
    capture.corrupt = corrupt
    said = r"camera .*: none of \d+ frames in 2 s can be decoded"
    with pytest.raises(CameraFaultError, match=said) as caught:
        camera.read()
    assert caught.value.kind == "corrupt"


def test_read_gives_gray_frames_in_sequence_that_cannot_be_written(capture: FakeCapture) -> None:
    camera = _open(capture)
    first, second = camera.read(), camera.read()
    assert first.pixels.shape == (48, 64)
    assert second.sequence == first.sequence + 1
    assert not first.pixels.flags.writeable


def test_read_takes_the_drivers_time_only_where_it_makes_sense(capture: FakeCapture) -> None:
    camera = _open(capture)
    capture.stamp_s = capture.clock() - 0.02
    assert camera.read().captured_at == pytest.approx(capture.stamp_s)
    capture.stamp_s = 1.6e9
    assert camera.read().captured_at == capture.clock()


def test_read_thirty_identical_frames_are_a_frozen_camera(capture: FakeCapture) -> None:
    camera = _open(capture)
    capture.noisy = False
    count, fault = _read_until_fault(camera, 40)
    assert fault.kind == "frozen"
    assert count == 30


@pytest.mark.parametrize(("level", "kind"), [(0, "black"), (253, "glaring")])
def test_read_a_second_without_a_picture_to_use_is_a_fault(
    capture: FakeCapture, level: int, kind: str
) -> None:
    camera = _open(capture)
    camera.read()
    capture.level = level
    count, fault = _read_until_fault(camera, 60)
    assert fault.kind == kind
    assert 25 <= count <= 35


def test_read_after_a_minute_writes_again_what_drifted(
    capture: FakeCapture, caplog: pytest.LogCaptureFixture
) -> None:
    camera = _open(capture)
    capture.settings[cv2.CAP_PROP_EXPOSURE] = 156.0
    camera.read()
    assert camera.mismatches == ()
    capture.clock.advance(RECHECK_S)
    with caplog.at_level(logging.WARNING):
        camera.read()
    assert "exposure: asked 80, got 156" in caplog.text
    assert capture.settings[cv2.CAP_PROP_EXPOSURE] == 80.0


def test_read_what_the_camera_refused_is_told_once_and_left_alone(
    capture: FakeCapture, caplog: pytest.LogCaptureFixture
) -> None:
    """Writing a format starts the stream anew: a camera that cannot has a gap every minute."""
    capture.refused = {cv2.CAP_PROP_FRAME_WIDTH: 1280.0, cv2.CAP_PROP_GAIN: 64.0}
    with caplog.at_level(logging.WARNING):
        camera = _open(capture)
        written = len(capture.written)
        for _ in range(3):
            capture.clock.advance(RECHECK_S)
            camera.read()
    assert capture.written[written:] == []
    assert camera.mismatches == ("width: asked 640, got 1280", "gain: asked 20, got 64")
    assert len(caplog.records) == 1


def test_read_after_a_minute_writes_nothing_but_what_drifted(capture: FakeCapture) -> None:
    capture.refused = {cv2.CAP_PROP_FRAME_WIDTH: 1280.0}
    camera = _open(capture)
    written = len(capture.written)
    capture.settings[cv2.CAP_PROP_GAIN] = 3.0
    capture.clock.advance(RECHECK_S)
    camera.read()
    assert capture.written[written:] == [(cv2.CAP_PROP_GAIN, 20.0)]
    assert camera.mismatches == ("width: asked 640, got 1280",)


def test_read_format_that_changes_while_running_is_told_and_not_written(
    capture: FakeCapture, caplog: pytest.LogCaptureFixture
) -> None:
    camera = _open(capture)
    written = len(capture.written)
    capture.settings[cv2.CAP_PROP_FPS] = 15.0
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            capture.clock.advance(RECHECK_S)
            camera.read()
    assert capture.written[written:] == []
    assert camera.mismatches == ("fps: asked 30, got 15",)
    assert len(caplog.records) == 1


def test_read_frames_of_another_size_are_told_at_once(capture: FakeCapture) -> None:
    camera = _open(capture)
    written = len(capture.written)
    capture.size = (24, 32)
    capture.settings |= {cv2.CAP_PROP_FRAME_WIDTH: 32.0, cv2.CAP_PROP_FRAME_HEIGHT: 24.0}
    assert camera.read().pixels.shape == (24, 32)
    assert camera.mismatches == ("width: asked 640, got 32", "height: asked 480, got 24")
    assert capture.written[written:] == []


def test_find_cameras_leaves_second_nodes_out(tmp_path: Any) -> None:
    for name in ("usb-B-video-index0", "usb-B-video-index1", "usb-A-video-index0"):
        (tmp_path / name).touch()
    assert [p.name for p in find_cameras(tmp_path, tmp_path / "none")] == [
        "usb-A-video-index0",
        "usb-B-video-index0",
    ]
    assert find_cameras(tmp_path / "none", tmp_path / "none") == []


def test_find_cameras_tells_two_of_one_model_apart_by_their_ports(tmp_path: Any) -> None:
    by_id, by_path = tmp_path / "by-id", tmp_path / "by-path"
    for folder in (by_id, by_path):
        folder.mkdir()
    for name in ("video0", "video2"):
        (tmp_path / name).touch()
    (by_id / "usb-C270-video-index0").symlink_to(tmp_path / "video2")
    (by_path / "pci-usb-0:1-video-index0").symlink_to(tmp_path / "video0")
    (by_path / "pci-usb-0:2-video-index0").symlink_to(tmp_path / "video2")
    found = [path.name for path in find_cameras(by_id, by_path)]
    assert found == ["usb-C270-video-index0", "pci-usb-0:1-video-index0"]
