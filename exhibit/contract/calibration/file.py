"""Reads and writes `calibration.yaml`, and keeps what it said before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from exhibit.contract.calibration.sections import FORMAT, Calibration
from exhibit.contract.calibration.versions import Version, keep_version, prune
from exhibit.contract.errors import CalibrationError
from exhibit.contract.files import write_whole
from exhibit.contract.handedness import Map, determinant, inverse, keeps_handedness
from exhibit.contract.plain_files import plain_text
from exhibit.contract.settings.lines import line_of
from exhibit.contract.yaml_text import YamlError, read_yaml

_HEADER = "# Written by `calibrate`; measure again rather than edit.\n"
_OLDER = (1,)
"""Formats whose every key means the same today."""


def load_calibration(path: Path) -> Calibration:
    """Read a calibration; where there is no file nothing is known and all parts are empty.

    Raises:
        CalibrationError: malformed, out of bounds, or a map that flips or folds the table; names
            file, line, key, value and what was expected.
    """
    try:
        text = plain_text(path)
        root, data = read_yaml(text)
    except FileNotFoundError:
        return Calibration()
    except OSError as error:
        raise CalibrationError(f"{path}: not readable: {error.strerror or error}") from None
    except (UnicodeDecodeError, YamlError) as error:
        reason = " ".join(str(error).split())
        raise CalibrationError(
            f"{path}: not readable as YAML ({reason:.120}); run `calibrate` again"
        ) from None
    try:
        calibration = Calibration.model_validate(_of_today(data, path))
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

    What the file said before is kept beside it; see `exhibit.contract.calibration.versions`.

    Raises:
        CalibrationError: a map flips or folds the table, or the folder cannot be written.
    """
    for key in ("camera.camera_to_table", "projector.table_to_projector"):
        _refuse_flip(calibration, key, "not saved")
    data = calibration.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=None)
    try:
        keep_version(path)
        write_whole(path, _HEADER + text)
        prune(path)
    except OSError as error:
        raise CalibrationError(f"{path}: not written: {error.strerror}") from None


def return_to(path: Path, version: Version) -> Calibration:
    """Let a calibration be as it was; what it says now becomes a version of its own.

    Raises:
        CalibrationError: it cannot be read, or a picture that it names is gone.
    """
    calibration = load_calibration(version.file)
    light = calibration.light
    for picture in () if light is None else (light.blank, light.dark):
        if picture is not None and not path.with_name(picture.file).is_file():
            raise CalibrationError(
                f"{version.file}: its picture {picture.file} is gone; return to another version"
            )
    save_calibration(path, calibration)
    return calibration


def _of_today(data: Any, path: Path) -> Any:
    """Return what an older file means in today's format."""
    if not isinstance(data, dict) or "format" not in data:
        return data
    found = data["format"]
    if found in _OLDER:
        return {**data, "format": FORMAT}
    if isinstance(found, int) and found > FORMAT:
        raise CalibrationError(
            f"{path}: written by a newer version (format {found}, expected {FORMAT} or less); "
            "update this table, or calibrate again"
        )
    return data


def _refuse_flip(calibration: Calibration, key: str, place: str) -> None:
    matrix: Map
    if key == "camera.camera_to_table":
        if calibration.camera is None:
            return
        camera_to_table = calibration.camera.camera_to_table
        if abs(determinant(camera_to_table)) < 1e-12:
            raise CalibrationError(f"{place}: {key}: has no inverse; expected a map of the table")
        matrix, flag = inverse(camera_to_table), "camera.mirrored"
    else:
        if calibration.projector is None:
            return
        matrix, flag = calibration.projector.table_to_projector, "stage.mirror"
    if not keeps_handedness(matrix, *calibration.table_mm):
        raise CalibrationError(
            f"{place}: {key}: flips or folds the table's area (determinant "
            f"{determinant(matrix):.3g}); expected the visitor's side: declare a flip with "
            f"{flag} in config.yaml and calibrate again"
        )
