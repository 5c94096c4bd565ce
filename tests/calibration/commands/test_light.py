from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from calibration.cli import main
from calibration.commands import light
from calibration.pages import board_page, flat_page
from exhibit.camera.table_light import load_table_light
from exhibit.contract.calibration import load_calibration
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Camera, Frame, Gray
from tests.calibration.sheets import A4, seen, table_to_frame
from tests.fakes.small_disk import empty, fill, small_disk


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["light", *arguments])


class _Device:
    """A camera whose paper is as bright as it is exposed long."""

    name, simulated = "/dev/a-camera", False

    def __init__(self, config: CameraConfig) -> None:
        self._level = 1.2 * (config.exposure or 1)
        self._count = 0

    def read(self) -> Frame:
        self._count += 1
        noise = np.random.default_rng(self._count).normal(0, 1, (48, 64))
        pixels = np.clip(self._level + noise, 0, 255).astype(np.uint8)
        return Frame(self._count, self._count / 30, pixels)

    def close(self) -> None:
        pass


def test_light_of_a_device_finds_the_exposure_and_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(config: CameraConfig) -> Camera:
        return _Device(config)

    monkeypatch.setattr(light, "open_camera", opened)
    result = _run("--camera", "/dev/a-camera", "--frames", "4")
    assert result.exit_code == 0, result.output
    measured = load_calibration(tmp_path / "calibration.yaml").light
    assert measured is not None
    assert measured.exposure == pytest.approx(0.7 * 255 / 1.2, abs=6)
    assert measured.paper_share == pytest.approx(0.7, abs=0.03)
    assert f"now set camera.exposure: {measured.exposure} in config.yaml" in result.output


def _folder_of(frame: Gray) -> str:
    Path("frames").mkdir()
    for number in range(3):
        cv2.imwrite(f"frames/{number}.png", frame)
    return "frames"


def test_light_of_the_flat_field_card_is_without_its_markers(tmp_path: Path) -> None:
    frame = seen((flat_page(A4), table_to_frame(A4)))[:, ::-1]
    result = _run("--camera", _folder_of(frame), "--frames", "3")
    assert result.exit_code == 0, result.output
    path = tmp_path / "calibration.yaml"
    table_light = load_table_light(path, load_calibration(path), simulated=False)
    assert table_light is not None
    # Inside of the sheet everything is paper.
    assert table_light.blank[90:390, 90:550].min() > 160


def test_light_with_the_board_still_there_is_refused() -> None:
    frame = seen((board_page(A4), table_to_frame(A4)))[:, ::-1]
    result = _run("--camera", _folder_of(frame), "--frames", "3")
    assert result.exit_code == 2
    assert "a printed sheet lies on the table" in result.output


def test_light_without_room_on_the_disk_is_refused_and_what_was_measured_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", 1 << 21) as disk:
        monkeypatch.chdir(disk)
        frame = seen((flat_page(A4), table_to_frame(A4)))[:, ::-1]
        folder = _folder_of(frame)
        assert _run("--camera", folder, "--frames", "3").exit_code == 0
        path = disk / "calibration.yaml"
        before, files = load_calibration(path), sorted(disk.rglob("*"))
        for file in Path(folder).iterdir():
            cv2.imwrite(str(file), np.asarray(0.9 * frame, np.uint8))
        fill(disk)
        refused = _run("--camera", folder, "--frames", "3")
        assert refused.exit_code == 2
        assert "not written: No space left on device" in refused.output
        empty(disk)
        assert (load_calibration(path), sorted(disk.rglob("*"))) == (before, files)
        assert load_table_light(path, before, simulated=False) is not None
        assert _run("--camera", folder, "--frames", "3").exit_code == 0
        assert load_calibration(path).light != before.light
        monkeypatch.chdir(tmp_path)
