"""Reads the pictures of the table's light that `calibrate light` took."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np

from exhibit.contract.calibration import Calibration, PictureFile
from exhibit.contract.errors import CalibrationError
from exhibit.contract.plain_files import plain_bytes
from exhibit.contract.values import Gray, TableLight

_REMEDY = "run `calibrate light` again"


def load_table_light(path: Path, calibration: Calibration, simulated: bool) -> TableLight | None:
    """Read the pictures beside a calibration.

    Args:
        path: the file `calibration.yaml`.
        calibration: what it says.
        simulated: whether frames come from the simulated table.

    Returns:
        None where the light of this kind of camera was not measured.

    Raises:
        CalibrationError: a picture is missing, is another one than was saved, or has another size.
    """
    light = calibration.light
    if light is None or light.simulated != simulated:
        return None
    pictures = [
        None if picture is None else _read(path.with_name(picture.file), picture, light.size_px)
        for picture in (light.blank, light.dark)
    ]
    blank, dark = pictures
    assert blank is not None
    return TableLight(blank, dark)


def _read(path: Path, picture: PictureFile, size_px: tuple[int, int]) -> Gray:
    try:
        data = plain_bytes(path)
    except OSError as error:
        raise CalibrationError(f"{path}: not readable ({error.strerror}); {_REMEDY}") from None
    if hashlib.sha256(data).hexdigest() != picture.sha256:
        raise CalibrationError(f"{path}: is not the picture that calibration saved; {_REMEDY}")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 2 or pixels.dtype != np.uint8:
        raise CalibrationError(f"{path}: expected a grey picture of 8 bits; {_REMEDY}")
    height, width = pixels.shape
    if (width, height) != size_px:
        raise CalibrationError(
            f"{path}: is {width}x{height} px, expected {size_px[0]}x{size_px[1]}; {_REMEDY}"
        )
    grey: Gray = np.asarray(pixels, np.uint8)
    grey.setflags(write=False)
    return grey
