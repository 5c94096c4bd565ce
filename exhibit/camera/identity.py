"""Which camera gives frames, by a name that holds after the next start."""

from __future__ import annotations

from pathlib import Path

from exhibit.camera.v4l2 import find_cameras
from exhibit.contract.calibration import CameraFormat
from exhibit.contract.plain_files import real_path
from exhibit.contract.settings.camera import CameraConfig


def format_of(source: CameraConfig, frame_size_px: tuple[int, int]) -> CameraFormat:
    """Return which camera a chosen source is, and what its frames are.

    Args:
        source: section `camera`, with a source that is not `auto` any longer.
        frame_size_px: width and height of its frames, whatever was asked of it.
    """
    return CameraFormat(name=_stable(source.source), fourcc=source.fourcc, size_px=frame_size_px)


def _stable(source: str) -> str:
    """Return the name that does not change with the order in which cameras are found."""
    if source == "simulated":
        return source
    there = real_path(Path(source))
    if source.startswith("/dev/"):
        named = (str(path) for path in find_cameras() if real_path(path) == there)
        return next(named, source)
    return str(there)
