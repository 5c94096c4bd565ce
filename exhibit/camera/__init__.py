"""Sources of frames, and the grabber that keeps only the newest."""

import os

# OpenCV reads it when cv2 is imported: without it a dead camera is noticed only after ten seconds.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")

from exhibit.camera.faults import CameraFaultError, Fault
from exhibit.camera.grabber import Grabber
from exhibit.camera.opening import choose_source, open_camera
from exhibit.camera.v4l2 import find_cameras

__all__ = [
    "CameraFaultError",
    "Fault",
    "Grabber",
    "choose_source",
    "find_cameras",
    "open_camera",
]
