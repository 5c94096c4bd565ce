"""The table's light: a blank sheet that calibration looked at, saved, checked and read back."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from calibration.cli import main
from calibration.measured_light import blank_of, dark_of
from exhibit.camera.simulated import SimulatedTable
from exhibit.camera.table_light import load_table_light
from exhibit.checks.doctor import examine
from exhibit.contract.calibration import load_calibration
from exhibit.contract.errors import CalibrationError
from tests.exhibit.ink.scene import Scene

SHAPE = (48, 64)


def _frames(level: float, count: int = 6) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    noisy = level + 2 * rng.standard_normal((count, *SHAPE))
    return list(np.clip(noisy, 0, 255).astype(np.uint8))


def _run(folder: Path, *arguments: str) -> str:
    config = folder / "config.yaml"
    if not config.exists():
        config.write_text("camera: {source: simulated}\ncalibration: calibration.yaml\n")
    result = CliRunner().invoke(main, ["light", "--config", str(config), *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_blank_of_frames_with_a_passing_fly_is_without_it() -> None:
    frames = _frames(180.0)
    frames[2][10:14, 10:14] = 20
    blank = blank_of(frames)
    assert np.abs(blank.astype(int) - 180).max() <= 4


@pytest.mark.parametrize(
    ("levels", "said"),
    [((10.0, 10.0), "too dark"), ((255.0, 255.0), "white without detail"), ((90, 150), "moved")],
)
def test_blank_of_useless_frames_says_what_to_do(levels: tuple[float, float], said: str) -> None:
    with pytest.raises(CalibrationError, match=said):
        blank_of(_frames(levels[0], 3) + _frames(levels[1], 3))


def test_dark_of_lit_frames_is_refused() -> None:
    blank = blank_of(_frames(180.0))
    assert dark_of(_frames(5.0), blank).mean() == pytest.approx(5.0, abs=1.0)
    with pytest.raises(CalibrationError, match="light is not off"):
        dark_of(_frames(120.0), blank)


def test_light_simulated_is_saved_and_read_back(tmp_path: Path) -> None:
    _run(tmp_path)
    _run(tmp_path, "--dark")
    path = tmp_path / "calibration.yaml"
    light = load_table_light(path, load_calibration(path), simulated=True)
    assert light is not None and light.dark is not None
    assert np.array_equal(light.blank, SimulatedTable(seed=1).flat_field())
    assert light.dark.max() < 10
    assert load_table_light(path, load_calibration(path), simulated=False) is None
    seen_by = load_calibration(path).light.seen_by
    assert (seen_by.name, seen_by.size_px) == ("simulated", (640, 480))


@pytest.mark.parametrize("step", [(), ("--dark",)])
def test_light_rehearsed_on_a_table_with_a_camera_leaves_its_calibration(
    tmp_path: Path, step: tuple[str, ...]
) -> None:
    (tmp_path / "config.yaml").write_text("calibration: calibration.yaml\n")
    said = _run(tmp_path, "--camera", "simulated", *step)
    assert "blank paper stands at" in said and "nothing is written" in said
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_light_folder_of_frames_is_their_median(tmp_path: Path) -> None:
    scene, folder = Scene(), tmp_path / "frames"
    folder.mkdir()
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), scene.frame().pixels)
    _run(tmp_path, "--camera", str(folder), "--frames", "3")
    path = tmp_path / "calibration.yaml"
    light = load_table_light(path, load_calibration(path), simulated=False)
    assert light is not None
    assert light.blank[240, 320] == pytest.approx(190, abs=4)


def test_light_dark_before_blank_exits_2(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("camera: {source: simulated}\ncalibration: calibration.yaml\n")
    result = CliRunner().invoke(main, ["light", "--config", str(config), "--dark"])
    assert result.exit_code == 2
    assert "without --dark first" in result.output


def test_load_table_light_missing_or_altered_is_refused(tmp_path: Path) -> None:
    _run(tmp_path)
    path = tmp_path / "calibration.yaml"
    (picture,) = tmp_path.glob("calibration-blank-*.png")
    calibration = load_calibration(path)
    wrong = calibration.model_copy(
        update={"light": calibration.light.model_copy(update={"size_px": (320, 240)})}
    )
    with pytest.raises(CalibrationError, match="is 640x480 px, expected 320x240"):
        load_table_light(path, wrong, simulated=True)
    data = picture.read_bytes()
    picture.write_bytes(data[:-1])
    with pytest.raises(CalibrationError, match="not the picture that calibration saved"):
        load_table_light(path, calibration, simulated=True)
    picture.unlink()
    with pytest.raises(CalibrationError, match=r"calibration-blank-\w+\.png: not readable"):
        load_table_light(path, calibration, simulated=True)
    found = {finding.subject: finding for finding in examine(tmp_path / "config.yaml")}
    assert found["calibration"].verdict == "fault"
    assert picture.name in found["calibration"].text
