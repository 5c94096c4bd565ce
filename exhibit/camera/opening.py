"""From `camera.source` to a camera."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from exhibit.camera.files import ImageFolder, VideoFile
from exhibit.camera.v4l2 import V4L2Camera, find_cameras
from exhibit.contract.errors import CameraError
from exhibit.contract.pacing import Pacer
from exhibit.contract.settings.camera import CameraConfig
from exhibit.contract.values import Camera

log = logging.getLogger(__name__)


def choose_source(config: CameraConfig) -> CameraConfig:
    """Replace `auto` by the first camera found, or by `simulated` where there is none.

    Choose once and keep the choice: a camera that is unplugged later is a fault to report, and
    must not turn into a simulated visitor.
    """
    if config.source != "auto":
        return config
    cameras = find_cameras()
    if not cameras:
        log.info("no camera found: the simulated table takes its place")
    chosen = str(cameras[0]) if cameras else "simulated"
    return config.model_copy(update={"source": chosen})


def open_camera(config: CameraConfig, clock: Callable[[], float] = time.monotonic) -> Camera:
    """Open the camera that the configuration names.

    Args:
        config: section `camera`.
        clock: monotonic seconds.

    Returns:
        A camera with the attributes `name` and `simulated`.

    Raises:
        CameraError: the source cannot be opened, or is none of auto, simulated, a device, a video
            file and a folder of images.
    """
    source = choose_source(config).source
    if source == "simulated":
        return _simulated(config, clock)
    path = Path(source)
    if path.is_dir():
        return ImageFolder(path, Pacer(config.fps, clock))
    if path.is_file():
        return VideoFile(path, Pacer(VideoFile.rate_hz(path) or config.fps, clock))
    if source.startswith("/dev/"):
        if not path.exists():
            raise CameraError(f"camera.source {source} is not there; {_known()}")
        return V4L2Camera(config, source, clock)
    raise CameraError(
        f"camera.source {source} is not auto, simulated, a device, a video file or a folder of "
        f"images; {_known()}"
    )


def _known() -> str:
    names = ", ".join(map(str, find_cameras()))
    return f"cameras found: {names}" if names else "no camera was found"


def _simulated(config: CameraConfig, clock: Callable[[], float]) -> Camera:
    # Loaded by a table without a camera, and by no other.
    from exhibit.camera.simulated import (
        DIFFICULTIES,
        DRAWN_WITH,
        SimulatedCamera,
        SimulatedTable,
    )

    size_px = (config.width, config.height)
    conditions = {**DIFFICULTIES, **DRAWN_WITH}[config.difficulty]
    if not conditions.fills:
        # People make things black; the benchmark's classes stay as they are, to be comparable.
        conditions = replace(conditions, fills=1)
    table = SimulatedTable(conditions, config.seed, size_px, config.fps, config.mirrored)
    return SimulatedCamera(table, Pacer(config.fps, clock))
