from pathlib import Path

import numpy as np
import pytest

from exhibit.contract.calibration import (
    Calibration,
    CameraCalibration,
    ProjectorCalibration,
    load_calibration,
    save_calibration,
)
from exhibit.contract.errors import CalibrationError

PROJECTOR = ProjectorCalibration(
    size_px=(1280, 800),
    mirror=True,
    rotate=0,
    table_to_projector=((2.5, 0.1, 60.0), (0.05, 2.4, 30.0), (0.0, 0.0001, 1.0)),
)
CAMERA = CameraCalibration(
    size_px=(640, 480),
    mirrored=True,
    error_mm=0.2,
    camera_to_table=((0.7, 0.0, -10.0), (0.0, 0.7, -12.0), (0.0, 0.0, 1.0)),
)
WHOLE = Calibration(table_mm=(297.0, 210.0), camera=CAMERA, projector=PROJECTOR)


def test_calibration_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "state" / "calibration.yaml"
    save_calibration(path, WHOLE)
    assert load_calibration(path) == WHOLE
    assert [file.name for file in path.parent.iterdir()] == ["calibration.yaml"]


def test_load_calibration_without_a_file_knows_nothing(tmp_path: Path) -> None:
    calibration = load_calibration(tmp_path / "calibration.yaml")
    assert calibration.camera_to_table is None
    assert calibration.table_to_projector is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("error_mm: 0.2", "error_mm: -1", "camera.error_mm"),
        ("rotate: 0", "rotate: 45", "projector.rotate: 45"),
        ("rotate: 0", "rotat: 0", "projector.rotat"),
        ("- [0.0, 0.0001, 1.0]", "- [0.0, 0.0001]", r"table_to_projector\.2"),
        ("- [2.5, 0.1, 60.0]", "- [.nan, 0.1, 60.0]", r"table_to_projector\.0\.0"),
    ],
)
def test_load_calibration_bad_value_names_line_and_key(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    path = tmp_path / "calibration.yaml"
    save_calibration(path, WHOLE)
    text = path.read_text()
    line = 1 + next(i for i, row in enumerate(text.splitlines()) if old in row)
    path.write_text(text.replace(old, new))
    with pytest.raises(CalibrationError, match=rf"calibration\.yaml:{line}: .*{expected}"):
        load_calibration(path)


@pytest.mark.parametrize("text", ["table_mm: [1, 2", "\0", "- a list", "42"])
def test_load_calibration_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.yaml"
    path.write_text(text)
    with pytest.raises(CalibrationError) as refused:
        load_calibration(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("section", ["camera", "projector"])
def test_save_calibration_that_flips_is_refused_and_names_the_flag(
    tmp_path: Path, section: str
) -> None:
    flipped = ((-1.0, 0.0, 640.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    sections = {
        "camera": CAMERA.model_copy(update={"camera_to_table": flipped}),
        "projector": PROJECTOR.model_copy(update={"table_to_projector": flipped}),
    }
    flag = {"camera": "camera.mirrored", "projector": "stage.mirror"}[section]
    path = tmp_path / "calibration.yaml"
    with pytest.raises(CalibrationError, match=f"flips or folds.*{flag}"):
        save_calibration(path, WHOLE.model_copy(update={section: sections[section]}))
    assert not path.exists()


def test_square_to_table_encloses_the_sheet_around_its_middle() -> None:
    corners = WHOLE.square_to_table @ np.array([[0, 1], [0, 1], [1, 1]])
    assert np.allclose(corners[:2].T, [[0, -43.5], [297, 253.5]])
