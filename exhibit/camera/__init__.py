"""Sources of frames, and the grabber that keeps only the newest."""

from exhibit.camera.faults import Fault
from exhibit.camera.grabber import Grabber
from exhibit.camera.opening import open_camera

__all__ = ["Fault", "Grabber", "open_camera"]
