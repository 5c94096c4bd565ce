"""What a process loads it keeps: some 6 MB for NumPy and as much for OpenCV, in each of them.

Spans the processes of the table.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from exhibit.contract.calibration import (
    Calibration,
    CameraCalibration,
    ProjectorCalibration,
    save_calibration,
)

_NUMBERS = ("numpy", "cv2", "onnxruntime", "PIL")
_PICTURES = _NUMBERS[1:]
_OF_OTHERS = ("exhibit.camera.simulated", "exhibit.contract.settings.schema")
_MAP = ((2.0, 0.0, 1.0), (0.0, 2.0, 1.0), (0.0, 0.0, 1.0))


@pytest.mark.parametrize(
    ("process", "spared"),
    [
        ("exhibit.web.__main__", _NUMBERS),
        ("exhibit.takehome.__main__", _NUMBERS),
        ("exhibit.operator.__main__", _NUMBERS),
        ("exhibit.sound.__main__", _PICTURES),
        ("exhibit.stage.__main__", ("onnxruntime", "PIL")),
        ("exhibit.engine.__main__", ("PIL", "exhibit.camera.simulated")),
        ("exhibit.camera.reading", ("onnxruntime", "PIL", *_OF_OTHERS)),
    ],
)
def test_process_that_starts_loads_no_library_that_it_may_never_need(
    process: str, spared: tuple[str, ...]
) -> None:
    assert _loaded(f"import {process}", spared) == []


def test_supervisor_that_checked_a_calibrated_table_has_loaded_no_numpy(tmp_path: Path) -> None:
    calibration = Calibration(
        camera=CameraCalibration(
            size_px=(640, 480), mirrored=False, error_mm=0.2, camera_to_table=_MAP
        ),
        projector=ProjectorCalibration(
            size_px=(1280, 800), mirror=False, rotate=0, table_to_projector=_MAP
        ),
    )
    save_calibration(tmp_path / "calibration.yaml", calibration)
    checks = f"""
import pathlib
import exhibit.cli.run
from exhibit.cli.starting import refuse_useless
from exhibit.contract.settings.schema import Config
refuse_useless(Config(calibration=pathlib.Path({str(tmp_path / "calibration.yaml")!r})))
"""
    assert _loaded(checks, _NUMBERS) == []


def _loaded(code: str, libraries: tuple[str, ...]) -> list[str]:
    """Return which of these libraries a process has loaded after it ran some code."""
    told = f"{code}\nimport sys\nprint(*sorted(set({libraries}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
