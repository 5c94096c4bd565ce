"""A camera that `auto` found stays the camera of the run, also for an engine that starts again."""

from __future__ import annotations

from pathlib import Path

import pytest

from exhibit.contract.settings.camera import CameraConfig
from exhibit.engine.camera_choice import chosen_source

AUTO = CameraConfig(source="auto")


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    found = [Path("/dev/v4l/by-id/first-index0")]
    monkeypatch.setattr("exhibit.camera.opening.find_cameras", lambda: found)
    return found


def test_chosen_source_unplugged_camera_is_waited_for(tmp_path: Path, cameras: list[Path]) -> None:
    assert chosen_source(tmp_path, AUTO).source == "/dev/v4l/by-id/first-index0"
    cameras.clear()
    assert chosen_source(tmp_path, AUTO).source == "/dev/v4l/by-id/first-index0"


def test_chosen_source_auto_set_anew_looks_again(tmp_path: Path, cameras: list[Path]) -> None:
    chosen_source(tmp_path, AUTO)
    assert chosen_source(tmp_path, CameraConfig(source="simulated")).source == "simulated"
    cameras[:] = [Path("/dev/v4l/by-id/second-index0")]
    assert chosen_source(tmp_path, AUTO).source == "/dev/v4l/by-id/second-index0"
