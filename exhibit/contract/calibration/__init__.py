"""The file `calibration.yaml`: where camera and projector see the table, and how it is lit.

`calibrate` writes it, the runtime reads it. Both maps are between views of the visitor's side:
the declared flips (`camera.mirrored`, `stage.mirror`) are applied outside of them, so a map that
flips is a mistake and is refused.
"""

from exhibit.contract.calibration.file import (
    load_calibration,
    return_to,
    save_calibration,
    usable_calibration,
)
from exhibit.contract.calibration.fits import camera_misfit, light_misfit, projector_misfit
from exhibit.contract.calibration.sections import (
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
    Rows,
)

__all__ = [
    "BorderMark",
    "Calibration",
    "CameraCalibration",
    "CameraFormat",
    "LensCalibration",
    "LightCalibration",
    "Made",
    "PenReading",
    "PensCalibration",
    "PictureFile",
    "ProjectorCalibration",
    "Residual",
    "Rows",
    "camera_misfit",
    "light_misfit",
    "load_calibration",
    "projector_misfit",
    "return_to",
    "save_calibration",
    "usable_calibration",
]
