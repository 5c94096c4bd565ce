"""`camera.source` in all its forms, and what a wrong one says."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from exhibit.camera import choose_source, open_camera
from exhibit.camera.files import ImageFolder, VideoFile
from exhibit.camera.simulated import SimulatedCamera, SimulatedTable
from exhibit.contract.errors import CameraError
from exhibit.contract.pacing import Pacer
from exhibit.contract.settings.camera import CameraConfig
from tests.fakes.clock import FakeClock
from tests.fakes.closed import close_folder

WITHOUT_RATE = Path(__file__).parent / "cases" / "without_rate.webm"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pacer(clock: FakeClock) -> Pacer:
    return Pacer(10.0, clock, clock.advance)


def _gray(level: int) -> np.ndarray:
    return np.full((48, 64, 3), level, np.uint8)


def test_choose_source_auto_without_a_camera_says_that_it_simulates(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("exhibit.camera.opening.find_cameras", list)
    with caplog.at_level(logging.INFO):
        assert choose_source(CameraConfig()).source == "simulated"
    assert "no camera found" in caplog.text


def test_choose_source_auto_takes_the_first_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    cameras = [Path("/dev/v4l/by-id/a-video-index0"), Path("/dev/v4l/by-id/b-video-index0")]
    monkeypatch.setattr("exhibit.camera.opening.find_cameras", lambda: cameras)
    assert choose_source(CameraConfig()).source == str(cameras[0])


def test_open_camera_simulated_has_the_configured_size_and_says_what_it_is() -> None:
    camera = open_camera(CameraConfig(source="simulated", width=320, height=240))
    assert camera.read().pixels.shape == (240, 320)
    assert camera.simulated  # type: ignore[attr-defined]


@pytest.mark.parametrize("source", ["/dev/v4l/by-id/gone-video-index0", "nothing.mp4"])
def test_open_camera_source_that_is_not_there_is_named(source: str) -> None:
    with pytest.raises(CameraError, match=source):
        open_camera(CameraConfig(source=source))


def test_open_camera_folder_shows_its_images_by_name_over_and_over(tmp_path: Path) -> None:
    for name, level in (("b.png", 20), ("a.png", 10)):
        cv2.imwrite(str(tmp_path / name), _gray(level))
    (tmp_path / "notes.txt").write_text("not an image")
    camera = open_camera(CameraConfig(source=str(tmp_path), fps=240))
    assert isinstance(camera, ImageFolder)
    assert [camera.read().pixels[0, 0] for _ in range(3)] == [10, 20, 10]
    (left_out,) = camera.mismatches
    assert left_out.startswith(f"{tmp_path}: notes.txt left out; expected .bmp, ")


def test_image_folder_closed_without_images_or_with_a_broken_one_names_it(
    tmp_path: Path, pacer: Pacer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CameraError, match="has no image"):
        ImageFolder(tmp_path, pacer)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    with pytest.raises(CameraError, match="no image that can be decoded"):
        ImageFolder(tmp_path, pacer).read()
    close_folder(monkeypatch, tmp_path)
    with pytest.raises(CameraError, match="cannot be read: Permission denied"):
        ImageFolder(tmp_path, pacer)


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"P5 99999 99999 255\n"])
def test_image_folder_goes_on_after_an_image_that_cannot_be_decoded(
    tmp_path: Path, pacer: Pacer, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    """It began anew at its first image, and those after the broken one were never seen."""
    for name, level in (("a.png", 10), ("c.png", 30), ("d.png", 40)):
        cv2.imwrite(str(tmp_path / name), _gray(level))
    (tmp_path / "b.png").write_bytes(content)
    folder = ImageFolder(tmp_path, pacer)
    frames = [folder.read() for _ in range(7)]
    assert [int(frame.pixels[0, 0]) for frame in frames] == [10, 30, 40, 10, 30, 40, 10]
    assert [frame.sequence for frame in frames] == list(range(7))
    assert folder.mismatches == (f"{tmp_path / 'b.png'} cannot be decoded; left out",)
    assert len(caplog.records) == 1


def test_image_folder_emptied_while_it_is_shown_is_a_lost_camera(
    tmp_path: Path, pacer: Pacer, capfd: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), _gray(10))
    folder = ImageFolder(tmp_path, pacer)
    folder.read()
    (tmp_path / "a.png").unlink()
    with pytest.raises(CameraError, match="no image that can be decoded"):
        folder.read()
    # OpenCV wrote a warning of its own at every try, hundreds a second.
    assert capfd.readouterr().err == ""


def test_image_folder_does_not_wait_for_a_pipe_that_took_an_images_place(
    tmp_path: Path, pacer: Pacer
) -> None:
    for name, level in (("a.png", 10), ("b.png", 20)):
        cv2.imwrite(str(tmp_path / name), _gray(level))
    folder = ImageFolder(tmp_path, pacer)
    (tmp_path / "a.png").unlink()
    os.mkfifo(tmp_path / "a.png")
    assert folder.read().pixels[0, 0] == 20
    assert folder.mismatches == (f"{tmp_path / 'a.png'} cannot be decoded; left out",)


def test_video_file_plays_over_and_over_at_its_pace(
    tmp_path: Path, pacer: Pacer, clock: FakeClock
) -> None:
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    for level in (0, 100, 200):
        writer.write(_gray(level))
    writer.release()
    assert VideoFile.rate_hz(path) == 10.0
    video, began = VideoFile(path, pacer), clock()
    frames = [video.read() for _ in range(4)]
    video.close()
    assert [round(float(f.pixels.mean()), -2) for f in frames] == [0, 100, 200, 0]
    assert [f.captured_at - began for f in frames] == pytest.approx([0, 0.1, 0.2, 0.3])


def test_video_file_that_says_no_rate_plays_in_the_time_of_its_frames(
    pacer: Pacer, clock: FakeClock
) -> None:
    """Its container counts in milliseconds, which passed for 1000 frames a second."""
    assert VideoFile.rate_hz(WITHOUT_RATE) is None
    video, began = VideoFile(WITHOUT_RATE, pacer), clock()
    shown = [video.read().captured_at - began for _ in range(75)]
    assert shown[:4] == pytest.approx([0, 0.034, 0.074, 0.141])
    assert shown[-1] == pytest.approx(2.871)
    # The first frame again, a tick later.
    assert video.read().captured_at - began == pytest.approx(2.971)


def test_video_file_after_a_stall_goes_on_from_now(pacer: Pacer, clock: FakeClock) -> None:
    video = VideoFile(WITHOUT_RATE, pacer)
    video.read()
    clock.advance(5.0)
    late, then = video.read().captured_at, video.read().captured_at
    assert late == pytest.approx(clock() - 0.04)
    assert then - late == pytest.approx(0.04)


def test_video_file_that_is_none_is_named(tmp_path: Path, pacer: Pacer) -> None:
    path = tmp_path / "film.mp4"
    path.write_text("not a film")
    with pytest.raises(CameraError, match=r"film\.mp4 is not a video"):
        VideoFile(path, pacer)


def test_simulated_camera_after_a_stall_skips_what_happened(pacer: Pacer, clock: FakeClock) -> None:
    camera = SimulatedCamera(SimulatedTable(size_px=(160, 120), fps=10.0), pacer)
    camera.read()
    clock.advance(5.0)
    frame = camera.read()
    assert (frame.sequence, frame.captured_at) == (50, clock())
    camera.close()
    with pytest.raises(CameraError):
        camera.read()
