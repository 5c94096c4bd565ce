"""The file `calibration.yaml`: where camera and projector see the table, and how it is lit.

`calibrate` writes it, the runtime reads it. Both maps are between views of the visitor's side:
the declared flips (`camera.mirrored`, `stage.mirror`) are applied outside of them, so a map that
flips is a mistake and is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exhibit.contract.errors import CalibrationError
from exhibit.contract.files import write_whole
from exhibit.contract.geometry import Matrix, keeps_handedness, scaling, translation
from exhibit.contract.settings.lines import line_of
from exhibit.contract.yaml_text import YamlError, read_yaml

_HEADER = "# Written by `calibrate`; measure again rather than edit.\n"
Finite = Annotated[float, Field(allow_inf_nan=False)]
Row = tuple[Finite, Finite, Finite]
Rows = tuple[Row, Row, Row]
Pixels = Annotated[int, Field(ge=16, le=16384)]
Millimetres = Annotated[float, Field(ge=20, le=5000, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class CameraCalibration(_Section):
    """Where the camera sees the table."""

    size_px: tuple[Pixels, Pixels]
    """Width and height of the frames it was measured with."""
    mirrored: bool
    """`camera.mirrored` when it was measured: frames were turned to the visitor's side first."""
    error_mm: float = Field(ge=0)
    """Largest distance on the sheet between a point and where the map puts it."""
    camera_to_table: Rows
    """From pixels of a frame, turned to the visitor's side, to millimetres on the table."""


class ProjectorCalibration(_Section):
    """Where the projection lands on the table."""

    size_px: tuple[Pixels, Pixels]
    """Width and height of the upright stage it was measured with."""
    mirror: bool
    """`stage.mirror` when it was measured."""
    rotate: Literal[0, 90, 180, 270]
    """`stage.rotate` when it was measured."""
    table_to_projector: Rows
    """From millimetres on the table to pixels of the upright stage, before mirror and rotation."""


class PictureFile(_Section):
    """A picture beside `calibration.yaml`."""

    file: str = Field(pattern=r"^[^/\\]+\.png$")
    """Name of the file, without a folder."""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """Digest of the file: another picture under its name is refused."""


class LightCalibration(_Section):
    """How the table is lit; pictures are as they come from the camera, not turned."""

    size_px: tuple[Pixels, Pixels]
    """Width and height of the pictures."""
    simulated: bool
    """Whether the simulated table was looked at: its light says nothing of a camera's."""
    blank: PictureFile
    """A blank sheet where visitors' paper lies."""
    dark: PictureFile | None = None
    """What the sensor says without light."""


class Calibration(_Section):
    """What is known of geometry and light; a part that was not measured is empty."""

    format: Literal[1] = 1
    """Version of this layout."""
    table_mm: tuple[Millimetres, Millimetres] = (420.0, 297.0)
    """Width and height of the table's area: the sheet that visitors draw on."""
    camera: CameraCalibration | None = None
    projector: ProjectorCalibration | None = None
    light: LightCalibration | None = None

    @property
    def camera_to_table(self) -> Matrix | None:
        """(3, 3) from frame pixels on the visitor's side to table mm, None if not measured."""
        return None if self.camera is None else np.array(self.camera.camera_to_table)

    @property
    def table_to_projector(self) -> Matrix | None:
        """(3, 3) from table mm to stage pixels before mirror and rotation, None if not measured."""
        return None if self.projector is None else np.array(self.projector.table_to_projector)

    @property
    def square_to_table(self) -> Matrix:
        """(3, 3) from the unit square of ink and picture to table mm.

        The square is centred on the table's area and encloses it.
        """
        width, height = self.table_mm
        side = max(width, height)
        corner = translation((width - side) / 2, (height - side) / 2)
        return np.asarray(corner @ scaling(side, side), np.float64)


def load_calibration(path: Path) -> Calibration:
    """Read a calibration; where there is no file nothing is known and all parts are empty.

    Raises:
        CalibrationError: malformed, out of bounds, or a map that flips or folds the table; names
            file, line, key, value and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root, data = read_yaml(text)
    except FileNotFoundError:
        return Calibration()
    except (OSError, UnicodeDecodeError, YamlError) as error:
        reason = " ".join(str(error).split())
        raise CalibrationError(
            f"{path}: not readable as YAML ({reason:.120}); run `calibrate` again"
        ) from None
    try:
        calibration = Calibration.model_validate(data)
    except ValidationError as error:
        # A misspelt key is also a missing one: what is there says more than what is not.
        first = min(error.errors(), key=lambda found: found["type"] == "missing")
        key = ".".join(str(step) for step in first["loc"]) or "calibration"
        line = line_of(root, first["loc"]) or 1
        raise CalibrationError(
            f"{path}:{line}: {key}: {first['input']!r:.80} is not allowed; expected: {first['msg']}"
        ) from None
    for key in ("camera.camera_to_table", "projector.table_to_projector"):
        _refuse_flip(calibration, key, f"{path}:{line_of(root, tuple(key.split('.')))}")
    return calibration


def usable_calibration(path: Path) -> tuple[Calibration, str]:
    """Read a calibration for a table that must run; returns an empty one and why where it cannot.

    A picture that lies beside the ink is better than none.
    """
    try:
        return load_calibration(path), ""
    except CalibrationError as error:
        return Calibration(), f"{error}; the table runs uncalibrated"


def save_calibration(path: Path, calibration: Calibration) -> None:
    """Write a calibration whole or not at all, also when the power fails on the way.

    Raises:
        CalibrationError: a map flips or folds the table, or the folder cannot be written.
    """
    for key in ("camera.camera_to_table", "projector.table_to_projector"):
        _refuse_flip(calibration, key, "not saved")
    data = calibration.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=None)
    try:
        write_whole(path, _HEADER + text)
    except OSError as error:
        raise CalibrationError(f"{path}: not written: {error.strerror}") from None


def _refuse_flip(calibration: Calibration, key: str, place: str) -> None:
    matrix: Matrix | None
    if key == "camera.camera_to_table":
        table_to_camera = calibration.camera_to_table
        if table_to_camera is None:
            return
        if abs(np.linalg.det(table_to_camera)) < 1e-12:
            raise CalibrationError(f"{place}: {key}: has no inverse; expected a map of the table")
        matrix = np.asarray(np.linalg.inv(table_to_camera), np.float64)
        flag = "camera.mirrored"
    else:
        matrix, flag = calibration.table_to_projector, "stage.mirror"
    if matrix is not None and not keeps_handedness(matrix, *calibration.table_mm):
        raise CalibrationError(
            f"{place}: {key}: flips or folds the table's area (determinant "
            f"{np.linalg.det(matrix):.3g}); expected the visitor's side: declare a flip with "
            f"{flag} in config.yaml and calibrate again"
        )
