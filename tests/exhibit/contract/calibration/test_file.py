import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exhibit.contract.calibration import (
    BorderMark,
    Calibration,
    CameraCalibration,
    CameraFormat,
    LensCalibration,
    LightCalibration,
    Made,
    PenReading,
    PensCalibration,
    PictureFile,
    ProjectorCalibration,
    Residual,
    load_calibration,
    save_calibration,
    usable_calibration,
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
MADE = Made(at=datetime(2026, 11, 29, 2, 30, tzinfo=UTC), opencv="5.0.0")
SEEN_BY = CameraFormat(
    name="/dev/v4l/by-id/usb-Maker_Camera-video-index0", fourcc="MJPG", size_px=(640, 480)
)
LENS = LensCalibration(
    made=MADE,
    seen_by=SEEN_BY,
    mirrored=True,
    focal_px=(610.0, 611.0),
    centre_px=(320.5, 240.5),
    distortion=(-0.1, 0.02, 0.0, 0.001, 0.0),
    focal_uncertainty_px=(0.4, 0.4),
    centre_uncertainty_px=(0.6, 0.5),
    distortion_uncertainty=(0.001, 0.004, 0.0001, 0.0001, 0.01),
    error_px=0.2,
    views=14,
    views_dropped=2,
)
EVERYTHING = Calibration(
    table_mm=(297.0, 210.0),
    lens=LENS,
    camera=CAMERA.model_copy(
        update={
            "made": MADE,
            "seen_by": SEEN_BY,
            "straightened": True,
            "mm_per_px": 0.7,
            "marks": (BorderMark(id=96, corners_mm=((-9, -9), (-1, -9), (-1, -1), (-9, -1))),),
            "residuals": (Residual(at_mm=(10, 20), off_mm=(0.1, -0.05)),),
        }
    ),
    projector=PROJECTOR.model_copy(
        update={
            "made": MADE,
            "method": "mesh",
            "mesh_px": ((0.5, -1.0),) * 9,
            "residuals": (Residual(at_mm=(10, 20), off_mm=(0.1, -0.05), held_out=True),),
        }
    ),
    light=LightCalibration(
        made=MADE,
        seen_by=SEEN_BY,
        size_px=(640, 480),
        simulated=False,
        blank=PictureFile(file="calibration-blank-0011.png", sha256="0" * 64),
        exposure=150,
        paper_share=0.7,
        zones=((1.0, 0.9), (0.8, 0.95)),
    ),
    pens=PensCalibration(
        made=MADE,
        readings=(PenReading(box=1, contrast=0.5, contrast_to_noise=20, passed=True),),
    ),
)
FORMAT_1 = """\
format: 1
table_mm: [297.0, 210.0]
camera:
  size_px: [640, 480]
  mirrored: true
  error_mm: 0.2
  camera_to_table:
  - [0.7, 0.0, -10.0]
  - [0.0, 0.7, -12.0]
  - [0.0, 0.0, 1.0]
"""


@pytest.mark.parametrize("calibration", [WHOLE, EVERYTHING])
def test_calibration_saved_and_loaded_is_the_same(tmp_path: Path, calibration: Calibration) -> None:
    path = tmp_path / "state" / "calibration.yaml"
    save_calibration(path, calibration)
    assert load_calibration(path) == calibration
    assert [file.name for file in path.parent.iterdir()] == ["calibration.yaml"]


def test_load_calibration_without_a_file_knows_nothing(tmp_path: Path) -> None:
    calibration = load_calibration(tmp_path / "calibration.yaml")
    assert calibration.camera is None
    assert calibration.projector is None


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


def test_load_calibration_that_cannot_be_read_says_why_and_not_to_measure_again(
    tmp_path: Path,
) -> None:
    with pytest.raises(CalibrationError) as refused:
        load_calibration(tmp_path)
    assert str(refused.value) == f"{tmp_path}: not readable: Is a directory"


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


def test_load_calibration_of_format_1_says_the_same_today(tmp_path: Path) -> None:
    path = tmp_path / "calibration.yaml"
    path.write_text(FORMAT_1)
    assert load_calibration(path) == Calibration(table_mm=(297.0, 210.0), camera=CAMERA)


def test_load_calibration_of_a_newer_format_is_refused_and_named(tmp_path: Path) -> None:
    path = tmp_path / "calibration.yaml"
    path.write_text("format: 3\n")
    with pytest.raises(CalibrationError, match=r"newer version \(format 3, expected 2"):
        load_calibration(path)
    assert usable_calibration(path)[1].endswith("the table runs uncalibrated")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"lens": None}, "without a lens"),
        (
            {"projector": {**PROJECTOR.model_dump(), "mesh_px": [[0.0, 0.0]] * 8}},
            "8 nodes in mesh_px, expected 9",
        ),
    ],
)
def test_load_calibration_that_lacks_a_part_of_a_map_is_refused(
    tmp_path: Path, broken: dict[str, object], said: str
) -> None:
    path = tmp_path / "calibration.yaml"
    data = {**EVERYTHING.model_dump(mode="json"), **broken}
    path.write_text(json.dumps({key: part for key, part in data.items() if part is not None}))
    with pytest.raises(CalibrationError, match=said):
        load_calibration(path)
